// HMAC and comparison, by WebCrypto alone.

// Node 18 has WebCrypto but no global of that name. The name is no literal and the comments are there so
// that no bundler tries to bring node:crypto into a page.
const NODE = 'node:crypto'

export async function webCrypto() {
  const found = globalThis.crypto ?? (await import(/* webpackIgnore: true */ /* @vite-ignore */ NODE)).webcrypto
  if (!found?.subtle) throw new Error('no crypto.subtle: browsers give it to secure contexts only (https, localhost)')
  return found
}

const HASHES = new Map([['sha256', 'SHA-256'], ['sha512', 'SHA-512']])
export const DIGEST_BYTES = new Map([['sha256', 32], ['sha512', 64]])

/**
 * A function from a message to its HMAC. `key` is never empty: secrets are checked before, and some runtimes
 * would refuse it, others not.
 */
async function keyed(algorithm, key) {
  const { subtle } = await webCrypto()
  const how = { name: 'HMAC', hash: HASHES.get(algorithm) }
  const imported = await subtle.importKey('raw', key, how, false, ['sign'])
  return async (message) => new Uint8Array(await subtle.sign('HMAC', imported, message))
}

export async function hmac(algorithm, key, message) {
  const digest = await keyed(algorithm, key)
  return digest(message)
}

/**
 * A function that hides bytes before they are compared: their HMAC under a key made for this one check.
 *
 * Why not crypto.subtle.verify()? Its specification does not ask for constant time, and it compares digests
 * only, no tokens. Why not the loop below alone? JavaScript promises nothing about the time that a loop
 * takes. Blinded, whatever could be measured is about values that change with every request and that nobody
 * outside can compute, and sides of any length become 32 bytes, so that no length shows.
 */
export async function blinding() {
  const key = (await webCrypto()).getRandomValues(new Uint8Array(32))
  return keyed('sha256', key)
}

/** Whether two blinded values are the same: every byte is read, whatever the bytes before it were. */
export function equal(left, right) {
  let difference = left.length ^ right.length
  for (let at = 0; at < 32; at += 1) difference |= left[at] ^ right[at]
  return difference === 0
}
