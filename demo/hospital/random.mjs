// random.mjs - numbers that a seed decides.
//
// Every person has a stream of their own, named by seed and person: a larger hospital has the same first
// patients as a smaller one.

function hash(text) {
  let h = 1779033703 ^ text.length;
  for (let i = 0; i < text.length; i += 1) {
    h = Math.imul(h ^ text.charCodeAt(i), 3432918353);
    h = (h << 13) | (h >>> 19);
  }
  return () => {
    h = Math.imul(h ^ (h >>> 16), 2246822507);
    h = Math.imul(h ^ (h >>> 13), 3266489909);
    return (h ^= h >>> 16) >>> 0;
  };
}

export class Random {
  #a;
  #b;
  #c;
  #d;

  constructor(name) {
    const next = hash(name);
    [this.#a, this.#b, this.#c, this.#d] = [next(), next(), next(), next()];
    for (let i = 0; i < 12; i += 1) this.#bits();
  }

  // sfc32
  #bits() {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + t) | 0;
    return t >>> 0;
  }

  /** In [0, 1). */
  real() {
    return this.#bits() / 4294967296;
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low, high) {
    return low + Math.floor(this.real() * (high - low + 1));
  }

  between(low, high) {
    return low + this.real() * (high - low);
  }

  chance(probability) {
    return this.real() < probability;
  }

  pick(list) {
    return list[Math.floor(this.real() * list.length)];
  }

  /** `choices` is [[weight, value], ...]. */
  weighted(choices) {
    let left = this.real() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of choices) {
      left -= weight;
      if (left < 0) return value;
    }
    return choices[choices.length - 1][1];
  }

  /** Bell-shaped, from -3 to 3, as a rule within 1. */
  bell() {
    return (this.real() + this.real() + this.real() + this.real() + this.real() + this.real() - 3) * 1.41;
  }
}
