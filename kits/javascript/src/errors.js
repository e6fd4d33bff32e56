// The two error types. Owns every text that a caller can see: texts are fixed, apart from words of the
// caller's own configuration, so that no secret, no digest (expected or received) and no header value
// can get into a log by way of an error.

/** Where the raw bytes are, framework by framework. */
const RAW_BYTES =
  'the body is no longer raw bytes; pass the Uint8Array, Buffer, ArrayBuffer or DataView that was received, ' +
  'never a string or parsed JSON. Express: express.raw({ type: () => true }) on the route, before any ' +
  "express.json(), then req.body. Fastify: addContentTypeParser('*', { parseAs: 'buffer' }, ...) after " +
  'removeAllContentTypeParsers(), then request.body. NestJS: bodyParser: false and useBodyParser(\'raw\', ' +
  '{ type: () => true }), or rawBody: true and request.rawBody. Next.js (route handler), Deno, Bun, workers: ' +
  'await request.arrayBuffer(). Hono: await c.req.arrayBuffer(). node:http: Buffer.concat of the chunks. ' +
  "AWS Lambda: Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8'). " +
  'To sign or publish text: new TextEncoder().encode(text)'

const TEXTS = new Map([
  ['signature_missing', 'the signature header of the dialect is missing'],
  ['signature_repeated', 'the signature header stands more than once'],
  ['label_unknown', 'the signature does not begin with the label of the dialect'],
  ['encoding_invalid', 'the signature is not strictly encoded'],
  ['length_wrong', 'the signature does not have the length of its algorithm'],
  ['too_many_signatures', 'webhook-signature has over 16 items'],
  ['id_missing', 'webhook-id is missing'],
  ['id_repeated', 'webhook-id stands more than once'],
  ['id_invalid', 'webhook-id is not 1 to 255 visible ASCII characters without a dot'],
  ['timestamp_missing', 'webhook-timestamp is missing'],
  ['timestamp_repeated', 'webhook-timestamp stands more than once'],
  ['timestamp_invalid', 'webhook-timestamp is no number of seconds'],
  ['mismatch', 'no active secret fits'],
  ['timestamp_too_old', 'the request was signed over 300 seconds ago'],
  ['timestamp_too_new', 'the request was signed over 300 seconds in the future'],
  ['secret_empty', 'a secret is empty; anybody could sign with it'],
  ['secret_blank', 'a secret is nothing but white space'],
  ['secret_too_long', 'a secret has over 1024 bytes'],
  ['secret_not_whsec', 'a secret of standard-webhooks begins with whsec_'],
  ['secret_encoding', 'what follows whsec_ in a secret is not strict base64'],
  ['secret_length', 'the key in a whsec_ secret does not have 24 to 64 bytes'],
  ['secret_not_header_text', 'a gitlab token is ASCII from 0x20 to 0x7e without a space at either end'],
  ['no_secret', 'there is no secret'],
  ['too_many_secrets', 'at most 4 secrets may be active'],
  ['dialect_unknown', 'there is no such dialect; see DIALECTS, and genericHmac() for generic-hmac'],
  ['body_not_raw', RAW_BYTES],
])

/** Why a request is refused, or why the kit cannot check or sign; `reason` is one of the stable words. */
export class WebhookError extends Error {
  constructor(reason) {
    super(`${reason}: ${TEXTS.get(reason)}`)
    this.name = 'WebhookError'
    this.reason = reason
  }
}

/** Why an event was not published. Never holds the token, the request or what fetch() threw. */
export class PublishError extends Error {
  constructor({ status = null, code, detail = null, errors = [] }) {
    super(`not published: ${[status, code, detail].filter((part) => part !== null).join(' ')}`)
    this.name = 'PublishError'
    this.status = status
    this.code = code
    this.detail = detail
    this.errors = errors
  }
}
