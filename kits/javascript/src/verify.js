// Verifying. The order of the checks is that of the test vectors' README: header, label, encoding, length,
// id and time, comparison, window. Nothing is parsed before the signature fits.

import { joined, rawBody, readBase64, readHex, utf8 } from './bytes.js'
import { dialectOf } from './dialects.js'
import { WebhookError } from './errors.js'
import { ReceivedHeaders } from './headers.js'
import { DIGEST_BYTES, blinding, equal, hmac } from './mac.js'
import { activeSecrets } from './secrets.js'
import { eventKeyOf, told } from './told.js'

const LABEL = 'v1,'
const ITEMS_MAX = 16
const WINDOW_SECONDS = 300n

/** Resolves to `{ eventKey, requestId, attempt, secretId }`, or rejects with a WebhookError. */
export async function verify(dialect, secrets, headers, body, now = Date.now() / 1000) {
  const scheme = dialectOf(dialect)
  const active = activeSecrets(scheme, secrets)
  const bytes = rawBody(body)
  const at = secondsOf(now)
  const received = new ReceivedHeaders(headers)
  const claim = claimOf(scheme, active, received, bytes)
  const secretId = await matching(claim)
  if (secretId === null) throw new WebhookError('mismatch')
  // Only now: a time that nobody has signed is no reason for anything.
  if (claim.signedAt !== null && at - claim.signedAt > WINDOW_SECONDS) throw new WebhookError('timestamp_too_old')
  if (claim.signedAt !== null && claim.signedAt - at > WINDOW_SECONDS) throw new WebhookError('timestamp_too_new')
  const { eventKey, requestId, attempt } = told(scheme, received)
  const ofBody = scheme.name === 'standard-webhooks' && eventKey === null
  return { eventKey: ofBody ? eventKeyOf(bytes) : eventKey, requestId, attempt, secretId }
}

/** A clock that says NaN would make every comparison with it false, and so let every time pass. */
export function secondsOf(now) {
  const seconds = now instanceof Date ? now.getTime() / 1000 : now
  if (typeof seconds === 'bigint') return seconds
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) throw new TypeError('now is seconds since 1970, or a Date')
  return BigInt(Math.floor(seconds))
}

/** What the request shows, and what each secret would have shown: `{ shown: [bytes], expected, signedAt }`. */
function claimOf(scheme, active, headers, body) {
  if (scheme.digest !== null) return digestClaim(scheme.digest, active, headers, body)
  const signing = active.filter((secret) => secret.key !== null)
  // Where both kinds are active a request with a signature is judged by it alone: a right token must not
  // rescue a wrong signature.
  if (signing.length > 0 && (scheme.tokenHeader === null || headers.all('webhook-signature').length > 0)) {
    return listClaim(signing, headers, body)
  }
  const tokens = active.filter((secret) => secret.token !== null)
  if (tokens.length === 0) throw new WebhookError('signature_missing')
  const shown = [utf8(only(headers, scheme.tokenHeader, 'signature').value)]
  return { shown, secrets: tokens, expected: ({ token }) => utf8(token), signedAt: null }
}

function digestClaim({ header, label, encoding, algorithm }, active, headers, body) {
  const { value, mayBeJoined } = only(headers, header, 'signature')
  if (!value.startsWith(label)) throw new WebhookError('label_unknown')
  const text = value.slice(label.length)
  // Neither encoding has a comma: two headers were made one before they came here.
  if (mayBeJoined && text.includes(', ')) throw new WebhookError('signature_repeated')
  const read = encoding === 'hex' ? readHex : readBase64
  const shown = [read(text, DIGEST_BYTES.get(algorithm))]
  return { shown, secrets: active, expected: ({ key }) => hmac(algorithm, key, body), signedAt: null }
}

function listClaim(secrets, headers, body) {
  const { value, mayBeJoined } = only(headers, 'webhook-signature', 'signature')
  if (mayBeJoined && value.includes(', ')) throw new WebhookError('signature_repeated')
  const shown = readList(value)
  const id = only(headers, 'webhook-id', 'id').value
  // The dot separates what is signed: with one in the id, a part of the id could be passed off as the time.
  if (!/^[\x21-\x2d\x2f-\x7e]{1,255}$/.test(id)) throw new WebhookError('id_invalid')
  const time = only(headers, 'webhook-timestamp', 'timestamp').value
  const signedAt = /^[0-9]{1,19}$/.test(time) ? BigInt(time) : null
  if (signedAt === null || signedAt >= 2n ** 63n) throw new WebhookError('timestamp_invalid')
  // The text as it was received is what was signed, leading zeros included.
  const message = joined(utf8(`${id}.${time}.`), body)
  return { shown, secrets, expected: ({ key }) => hmac('sha256', key, message), signedAt }
}

/** The well-formed `v1` signatures of a list; one that is malformed does not void the others. */
function readList(list) {
  const items = list.split(' ', ITEMS_MAX + 1)
  if (items.length > ITEMS_MAX) throw new WebhookError('too_many_signatures')
  const labelled = items.filter((item) => item.startsWith(LABEL))
  if (labelled.length === 0) throw new WebhookError('label_unknown')
  const [shown, malformed] = [[], []]
  for (const item of labelled) {
    try {
      shown.push(readBase64(item.slice(LABEL.length), 32))
    } catch (error) {
      malformed.push(error)
    }
  }
  if (shown.length === 0) throw malformed[0]
  return shown
}

/** The one header of that name; `what` begins the reasons. */
function only(headers, name, what) {
  const found = headers.all(name)
  if (found.length === 0) throw new WebhookError(`${what}_missing`)
  if (found.length > 1) throw new WebhookError(`${what}_repeated`)
  return found[0]
}

/** The id of the first secret that fits. Every secret is tried with every signature: time tells nothing. */
async function matching({ shown, secrets, expected }) {
  const blind = await blinding()
  const left = await Promise.all(shown.map(blind))
  let id = null
  for (const secret of secrets) {
    const right = await blind(await expected(secret))
    const fits = left.map((one) => equal(one, right)).includes(true)
    id = id === null && fits ? secret.id : id
  }
  return id
}
