// Headers in whatever shape a framework gives them, with every value kept.
//
// "Exactly once" can be checked only where two headers are still two. `Headers`, and Node's req.headers,
// have joined them with ", " (and req.headers has dropped a second Authorization): in those shapes a
// joined signature is refused, and req.headersDistinct or req.rawHeaders shows everything.

/** Lower case for A to Z alone: toLowerCase() would make other letters of Unicode into ours. */
const lower = (name) => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

/** Without spaces and tabs around: trim() takes more, and a regular expression takes quadratic time on blanks. */
function trimmed(value) {
  const isBlank = (at) => value[at] === ' ' || value[at] === '\t'
  let [start, end] = [0, value.length]
  while (start < end && isBlank(start)) start += 1
  while (end > start && isBlank(end - 1)) end -= 1
  return value.slice(start, end)
}

function pairsOf(headers) {
  // `Headers` and maps are asked name by name: when Deno's Headers are iterated, an empty first value is gone.
  const isMap = typeof headers.get === 'function' && typeof headers.keys === 'function'
  if (isMap) return Array.from(headers.keys(), (name) => [name, headers.get(name)])
  return typeof headers[Symbol.iterator] === 'function' ? [...headers] : Object.entries(headers)
}

export class ReceivedHeaders {
  /** In the order received: lower-case name, value without spaces and tabs around, whether it may be joined. */
  #all = []

  constructor(headers) {
    const pairs = pairsOf(headers ?? {})
    if (pairs.some((pair) => typeof pair === 'string')) return this.#addFlat(pairs)
    // In a list of pairs each stands for one header; in anything that has a name only once, values are joined.
    const mayBeJoined = !Array.isArray(headers)
    for (const [name, value] of pairs) this.#add(name, value, mayBeJoined)
  }

  /** Node's req.rawHeaders: name, value, name, value. */
  #addFlat(texts) {
    if (texts.length % 2 !== 0) throw new TypeError('a flat list of headers has a value for every name')
    for (let at = 0; at < texts.length; at += 2) this.#add(texts[at], texts[at + 1], false)
  }

  #add(name, value, mayBeJoined) {
    if (value === undefined || value === null) return
    if (Array.isArray(value)) {
      for (const one of value) this.#add(name, one, false)
    } else if (typeof name === 'string' && typeof value === 'string') {
      this.#all.push({ name: lower(name), value: trimmed(value), mayBeJoined })
    } else {
      throw new TypeError('names and values of headers are strings')
    }
  }

  /** Every header of that name. */
  all(name) {
    const wanted = lower(name)
    return this.#all.filter((header) => header.name === wanted)
  }

  /** The value of a header that stands exactly once, else null. */
  once(name) {
    const found = this.all(name)
    return found.length === 1 ? found[0].value : null
  }
}
