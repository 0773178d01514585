declare module 'bzip2-wasm' {
  interface BZip2 {
    init(): Promise<void>;
    compress(bytes: Uint8Array, level?: number, most?: number): Uint8Array;
  }
  const BZip2: new () => BZip2;
  export = BZip2;
}
