/** Where a page of `docs/` is read by people who have the package, which does not hold it. @param page such as `forecast.md` */
export function docUrl(page: string): string {
  return `https://github.com/bedrock-spend/bedrock-spend/blob/main/docs/${page}`;
}
