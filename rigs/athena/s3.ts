/** The objects that tables read. */
export interface S3Object {
  bucket: string;
  key: string;
  bytes: Uint8Array;
}

export interface S3 {
  createBucket(bucket: string): void;
  putObject(bucket: string, key: string, bytes: Uint8Array | string): void;
  deleteObjects(bucket: string, prefix: string): void;
  /** In the order of their keys; undefined where there is no such bucket. */
  list(bucket: string, prefix: string): S3Object[] | undefined;
}

export function createS3(): S3 {
  const buckets = new Map<string, Map<string, S3Object>>();

  function bucketNamed(bucket: string): Map<string, S3Object> {
    const objects = buckets.get(bucket) ?? new Map();
    buckets.set(bucket, objects);
    return objects;
  }

  return {
    createBucket: (bucket) => void bucketNamed(bucket),
    putObject(bucket, key, bytes) {
      bucketNamed(bucket).set(key, { bucket, key, bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes });
    },
    deleteObjects(bucket, prefix) {
      const objects = bucketNamed(bucket);
      for (const key of [...objects.keys()].filter((name) => name.startsWith(prefix))) objects.delete(key);
    },
    list(bucket, prefix) {
      const objects = buckets.get(bucket);
      if (!objects) return undefined;
      return [...objects.values()]
        .filter(({ key }) => key.startsWith(prefix))
        .sort((left, right) => (left.key < right.key ? -1 : 1));
    },
  };
}

export function uriOf({ bucket, key }: S3Object): string {
  return `s3://${bucket}/${key}`;
}

/** `s3://bucket/prefix` in its parts, or undefined. */
export function readUri(uri: string): { bucket: string; key: string } | undefined {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? [];
  return bucket ? { bucket, key: key ?? '' } : undefined;
}
