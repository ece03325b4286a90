/** The objects that tables read. */
export interface S3Object {
  bucket: string;
  key: string;
  bytes: Uint8Array;
}

export interface S3 {
  putObject(bucket: string, key: string, bytes: Uint8Array | string): void;
  /** In the order of their keys. */
  list(bucket: string, prefix: string): S3Object[];
}

export function createS3(): S3 {
  const objects = new Map<string, S3Object>();
  return {
    putObject(bucket, key, bytes) {
      const object = { bucket, key, bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes };
      objects.set(uriOf(object), object);
    },
    list: (bucket, prefix) =>
      [...objects.values()]
        .filter((object) => object.bucket === bucket && object.key.startsWith(prefix))
        .sort((left, right) => (left.key < right.key ? -1 : 1)),
  };
}

export function uriOf({ bucket, key }: Pick<S3Object, 'bucket' | 'key'>): string {
  return `s3://${bucket}/${key}`;
}

/** `s3://bucket/prefix` in its parts, or undefined. */
export function readUri(uri: string): { bucket: string; key: string } | undefined {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? [];
  return bucket ? { bucket, key: key ?? '' } : undefined;
}
