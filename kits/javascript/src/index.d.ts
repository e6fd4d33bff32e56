/** Bytes: a `Uint8Array` (a `Buffer` is one), an `ArrayBuffer`, a `DataView`, any other view. */
export type Bytes = ArrayBuffer | ArrayBufferView

export type DialectName =
  | 'bitbucket-cloud'
  | 'bitbucket-data-center'
  | 'github'
  | 'gitlab'
  | 'gitea'
  | 'standard-webhooks'

/** What `genericHmac()` makes. */
export interface GenericHmac {
  readonly [genericHmacBrand]: true
}
declare const genericHmacBrand: unique symbol

export type Dialect = DialectName | GenericHmac

/** Text stands for its UTF-8; bytes are taken as they are. 1 to 1,024 bytes, not all white space. */
export type Secret = string | Bytes

/**
 * One secret, a list of up to 4 (their ids are `"0"`, `"1"`, ...), or ids with secrets. The one activated
 * last is at the end.
 */
export type Secrets = Secret | readonly Secret[] | ReadonlyMap<string, Secret> | Readonly<Record<string, Secret>>

/**
 * `Headers`, a list of pairs, a map or an object with a value or a list of values for each name, or Node's
 * `rawHeaders`. `Headers` and Node's `req.headers` have joined headers of one name: `req.headersDistinct`
 * and `req.rawHeaders` have not.
 */
export type HeadersShape =
  | Iterable<readonly [string, string | readonly string[]]>
  | readonly string[]
  | Readonly<Record<string, string | readonly string[] | undefined>>

export interface Verified {
  /** What happened, such as `repo:push`. Not covered by the signature in most dialects. */
  readonly eventKey: string | null
  /** The same in every attempt. Remember it with the body to notice what is sent again. */
  readonly requestId: string | null
  readonly attempt: number | null
  /** The id of the secret that fits. */
  readonly secretId: string
}

export interface Outgoing {
  /** 1 to 128 of `A-Za-z0-9_.:/-`. */
  eventKey: string
  /** 1 to 255 visible ASCII characters, without `.` where `webhook-id` is sent. */
  requestId: string
  /** From 1, which is the default. */
  attempt?: number
  hookId?: string | null
  /** Seconds since 1970, or a `Date`; the clock unless given. */
  now?: number | bigint | Date
}

export interface GenericHmacOptions {
  prefix?: string
  encoding?: 'hex' | 'base64'
  algorithm?: 'sha256' | 'sha512'
  eventKeyHeader?: string | null
  requestIdHeader?: string | null
}

export interface PublishedEvent {
  key: string
  /** A path such as `acme/api`; empty is the whole server. */
  scope: string
  requestId?: string | null
  /** `application/json` unless given. */
  contentType?: string
  /** 10,000 unless given. */
  timeoutMs?: number
}

export interface Published {
  /** The id of the event; of the first one where it is a duplicate. */
  readonly id: string
  readonly deliveries: number
  readonly duplicate: boolean
}

/** The words of the test vectors. */
export type Reason =
  | 'signature_missing'
  | 'signature_repeated'
  | 'label_unknown'
  | 'encoding_invalid'
  | 'length_wrong'
  | 'too_many_signatures'
  | 'id_missing'
  | 'id_repeated'
  | 'id_invalid'
  | 'timestamp_missing'
  | 'timestamp_repeated'
  | 'timestamp_invalid'
  | 'mismatch'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'secret_empty'
  | 'secret_blank'
  | 'secret_too_long'
  | 'secret_not_whsec'
  | 'secret_encoding'
  | 'secret_length'
  | 'secret_not_header_text'
  | 'no_secret'
  | 'too_many_secrets'
  | 'dialect_unknown'
  | 'body_not_raw'

/** Why a request is refused, or why it cannot be checked or signed. Holds no secret and no digest. */
export class WebhookError extends Error {
  readonly name: 'WebhookError'
  readonly reason: Reason
}

/** Why an event was not published. Never holds the token. */
export class PublishError extends Error {
  readonly name: 'PublishError'
  /** Null where no answer came. */
  readonly status: number | null
  /** The server's word, or `timeout`, `no_answer`, `redirect_refused`, `answer_unexpected`. */
  readonly code: string
  readonly detail: string | null
  readonly errors: readonly { pointer?: string; code?: string; message?: string }[]
}

/** The names that `verify` and `sign` take. */
export const DIALECTS: readonly DialectName[]

/** An HMAC over the body in a header of one's own choosing. */
export function genericHmac(header: string, options?: GenericHmacOptions): GenericHmac

/**
 * Whether the request was made by whoever has one of the secrets. `body` is the bytes as received, after
 * the transport's encoding was undone and before any parsing. Rejects with a `WebhookError`.
 */
export function verify(
  dialect: Dialect,
  secrets: Secrets,
  headers: HeadersShape,
  body: Bytes,
  now?: number | bigint | Date,
): Promise<Verified>

/** The headers of a request in the dialect, no name twice. Fits `new Headers()` and `fetch`. */
export function sign(dialect: Dialect, secrets: Secrets, request: Outgoing, body: Bytes): Promise<[string, string][]>

/** Whether exactly one `Authorization` header carries this user name and password. */
export function basicMatches(username: string, password: string, headers: HeadersShape): Promise<boolean>

/** Publishes `body` as an event at a Countersign server. Rejects with a `PublishError`. */
export function publish(
  serverUrl: string | { toString(): string },
  token: string,
  event: PublishedEvent,
  body: Bytes,
): Promise<Published>
