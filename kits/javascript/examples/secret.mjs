// The secret of the examples: from the file that COUNTERSIGN_SECRET_FILE names, else from COUNTERSIGN_SECRET.

import { readFileSync } from 'node:fs'

/** A program without its secret must not start: anybody could sign with an empty one. */
export function secretFromEnvironment() {
  const { COUNTERSIGN_SECRET_FILE: file, COUNTERSIGN_SECRET: value = '' } = process.env
  // Bytes, not text: a secret need not be UTF-8.
  const secret = file ? withoutLineEnding(readFileSync(file)) : new TextEncoder().encode(value)
  const blank = new TextDecoder().decode(secret).trim() === ''
  if (blank) throw new Error('COUNTERSIGN_SECRET_FILE or COUNTERSIGN_SECRET is missing or empty')
  return secret
}

/** Editors end a file with a line ending, which is no part of the secret. Nothing else is removed. */
function withoutLineEnding(bytes) {
  if (bytes.at(-1) !== 0x0a) return bytes
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1)
}
