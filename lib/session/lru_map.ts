/** A map with a limit: where a new key is one too many, the one that was set longest ago goes. */
export class LruMap<K, V> extends Map<K, V> {
  readonly #max: number;

  /** @param max how many keys there may be */
  constructor(max: number) {
    super();
    this.#max = max;
  }

  override set(key: K, value: V): this {
    this.delete(key);
    super.set(key, value);
    if (this.size > this.#max) {
      const [oldest] = this.keys();
      this.delete(oldest);
    }
    return this;
  }
}
