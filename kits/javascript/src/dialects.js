// The dialects: where each has its signature, what it tells besides, and what it sends.
//
// A dialect is configured and never guessed from the request: Bitbucket puts SHA-256 into X-Hub-Signature,
// where other systems put SHA-1, and whoever sends the request would choose the weaker check.

import { WebhookError } from './errors.js'
import { DIGEST_BYTES } from './mac.js'

const BASE = {
  /** One digest over the body: { header, label, encoding, algorithm }. */
  digest: null,
  /** Whether secrets may begin with whsec_, for a list of signatures in webhook-signature. */
  whsec: false,
  /** The header of a secret that is sent as it is. */
  tokenHeader: null,
  eventKeyHeader: 'X-Event-Key',
  /** The first of them that is readable tells the request id. */
  requestIdHeaders: [],
  attemptHeader: null,
  /** The dialect's own headers, in the order in which they are sent; null is left out. */
  sends: () => [],
}

const hex = (header, label) => ({ header, label, encoding: 'hex', algorithm: 'sha256' })

/** `merge_request_hook` as GitLab writes it, `Merge Request Hook`; any other key as it is. */
function gitlabEvent(key) {
  if (!/^[a-z]+(_[a-z]+)*_hook$/.test(key)) return key
  return key.split('_').map((word) => word[0].toUpperCase() + word.slice(1)).join(' ')
}

/** A Map, so that `constructor` or `__proto__` names no dialect. */
const NAMED = new Map(
  Object.entries({
    'bitbucket-cloud': {
      digest: hex('X-Hub-Signature', 'sha256='),
      requestIdHeaders: ['X-Request-UUID'],
      attemptHeader: 'X-Attempt-Number',
      sends: ({ requestId, hookId }) => [['X-Request-UUID', requestId], ['X-Hook-UUID', hookId]],
    },
    'bitbucket-data-center': {
      digest: hex('X-Hub-Signature', 'sha256='),
      requestIdHeaders: ['X-Request-Id'],
      sends: ({ requestId }) => [['X-Request-Id', requestId]],
    },
    github: {
      digest: hex('X-Hub-Signature-256', 'sha256='),
      eventKeyHeader: 'X-GitHub-Event',
      requestIdHeaders: ['X-GitHub-Delivery'],
      sends: ({ eventKey, requestId, hookId }) => [
        ['X-GitHub-Event', eventKey],
        ['X-GitHub-Delivery', requestId],
        ['X-GitHub-Hook-ID', hookId],
      ],
    },
    gitlab: {
      whsec: true,
      tokenHeader: 'X-Gitlab-Token',
      eventKeyHeader: 'X-Gitlab-Event',
      requestIdHeaders: ['webhook-id', 'Idempotency-Key', 'X-Gitlab-Event-UUID'],
      sends: ({ eventKey, requestId, hookId }) => [
        ['X-Gitlab-Event', gitlabEvent(eventKey)],
        ['X-Gitlab-Event-UUID', requestId],
        ['Idempotency-Key', requestId],
        ['X-Gitlab-Webhook-UUID', hookId],
      ],
    },
    gitea: {
      digest: hex('X-Gitea-Signature', ''),
      eventKeyHeader: 'X-Gitea-Event',
      requestIdHeaders: ['X-Gitea-Delivery'],
      sends: ({ eventKey, requestId }) => [['X-Gitea-Event', eventKey], ['X-Gitea-Delivery', requestId]],
    },
    'standard-webhooks': { whsec: true, requestIdHeaders: ['webhook-id'] },
  }).map(([name, own]) => [name, { ...BASE, ...own, name }]),
)

/** The names that verify() and sign() take. */
export const DIALECTS = Object.freeze([...NAMED.keys()])

/** Made by genericHmac(); a class, so that an object from outside (parsed JSON) cannot pose as a dialect. */
class GenericHmac {
  #dialect
  constructor(dialect) {
    this.#dialect = dialect
    Object.freeze(this)
  }
  static dialectOf(value) {
    return typeof value === 'object' && value !== null && #dialect in value ? value.#dialect : null
  }
}

/** An HMAC over the body in a header of one's own choosing. */
export function genericHmac(header, options = {}) {
  const { prefix = '', encoding = 'hex', algorithm = 'sha256', eventKeyHeader = null, requestIdHeader = null } = options
  const names = [header, eventKeyHeader, requestIdHeader].filter((name) => name !== null)
  checkNames(names, eventKeyHeader)
  if (typeof prefix !== 'string' || !/^(?! )[\x20-\x7e]{0,64}$/.test(prefix)) {
    throw new TypeError('generic-hmac: prefix is at most 64 characters of ASCII and begins with no space')
  }
  if (encoding !== 'hex' && encoding !== 'base64') throw new TypeError('generic-hmac: encoding is hex or base64')
  if (!DIGEST_BYTES.has(algorithm)) throw new TypeError('generic-hmac: algorithm is sha256 or sha512')
  const ownEventKey = eventKeyHeader?.toLowerCase() === 'x-event-key' ? null : eventKeyHeader
  return new GenericHmac({
    ...BASE,
    name: 'generic-hmac',
    digest: { header, label: prefix, encoding, algorithm },
    eventKeyHeader,
    requestIdHeaders: requestIdHeader === null ? [] : [requestIdHeader],
    sends: ({ eventKey, requestId }) =>
      [[ownEventKey, eventKey], [requestIdHeader, requestId]].filter(([name]) => name !== null),
  })
}

/** Tokens that differ from each other, and from the headers that every dialect sends. */
function checkNames(names, eventKeyHeader) {
  const isName = (name) => typeof name === 'string' && /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,255}$/.test(name)
  if (!names.every(isName)) throw new TypeError('generic-hmac: a name of a header is none')
  const used = [...names, 'X-Attempt-Number'].map((name) => name.toLowerCase())
  const eventKeyAgain = used.some((name, at) => name === 'x-event-key' && names[at] !== eventKeyHeader)
  if (eventKeyAgain || new Set(used).size < used.length) throw new TypeError('generic-hmac: a header has two uses')
}

export function dialectOf(value) {
  const dialect = typeof value === 'string' ? NAMED.get(value) : GenericHmac.dialectOf(value)
  if (!dialect) throw new WebhookError('dialect_unknown')
  return dialect
}
