export interface Model {
  url: string;
  close(): Promise<void>;
}
export async function startModel(): Promise<Model> {
  return { url: '', close: async () => {} };
}
