// Secrets: which bytes are one, and in which order they are active.
//
// An empty or blank secret is an error and is never skipped: a variable that was not set must stop the
// program, for anybody can sign with the empty key. Nothing is trimmed; a file's final line ending is for
// whoever read the file to remove.

import { bytesOf, strictBase64, utf8 } from './bytes.js'
import { WebhookError } from './errors.js'

const SECRETS_MAX = 4
const SECRET_MAX_BYTES = 1024
const WHSEC = 'whsec_'

/** Unicode's white space without vertical tab and form feed; \s has other members. */
const BLANK = /^[\t\n\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/

/** One secret, a list of them, or ids with secrets: `[{ id, key, token }]`, the one activated last at the end. */
export function activeSecrets(dialect, secrets) {
  const pairs = pairsOf(secrets)
  if (pairs.length === 0) throw new WebhookError('no_secret')
  if (pairs.length > SECRETS_MAX) throw new WebhookError('too_many_secrets')
  return pairs.map(([id, secret]) => ({ id, ...readSecret(dialect, secret) }))
}

function pairsOf(secrets) {
  if (secrets === undefined || secrets === null) return []
  if (typeof secrets === 'string' || bytesOf(secrets) !== null) return [['0', secrets]]
  if (Array.isArray(secrets)) return Array.from(secrets, (secret, at) => [String(at), secret])
  if (secrets instanceof Map) return [...secrets]
  // Own members only: nothing comes from a prototype, and `__proto__` is an id like any other.
  const pairs = Object.entries(secrets)
  // JavaScript puts such ids first, whatever the order in which they were written, and order decides here.
  if (pairs.length > 1 && pairs.some(([id]) => /^\d+$/.test(id))) {
    throw new TypeError('ids that are numbers lose their order in an object: use a Map or an array')
  }
  return pairs
}

/** `{ key }` for an HMAC; at gitlab also `{ token }`, a secret that is itself what is sent. */
function readSecret(dialect, secret) {
  const bytes = typeof secret === 'string' ? utf8(secret) : bytesOf(secret)
  if (bytes === null && secret !== undefined && secret !== null) throw new TypeError('a secret is a string or bytes')
  if (bytes === null || bytes.length === 0) throw new WebhookError('secret_empty')
  const text = textOf(bytes)
  if (text !== null && BLANK.test(text)) throw new WebhookError('secret_blank')
  if (bytes.length > SECRET_MAX_BYTES) throw new WebhookError('secret_too_long')
  if (!dialect.whsec) return { key: bytes, token: null }
  if (utf8(WHSEC).every((byte, at) => bytes[at] === byte)) return { key: whsecKey(text), token: null }
  if (dialect.tokenHeader === null) throw new WebhookError('secret_not_whsec')
  const sendable = text !== null && /^[\x20-\x7e]*$/.test(text) && !/^ | $/.test(text)
  if (!sendable) throw new WebhookError('secret_not_header_text')
  return { key: null, token: text }
}

function whsecKey(text) {
  const key = text === null ? null : strictBase64(text.slice(WHSEC.length))
  if (key === null) throw new WebhookError('secret_encoding')
  if (key.length < 24 || key.length > 64) throw new WebhookError('secret_length')
  return key
}

/** Strictly as UTF-8, with a byte order mark kept; null if it is not UTF-8. */
function textOf(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
