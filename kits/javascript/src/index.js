// countersign-webhooks: verify, sign and publish webhooks with WebCrypto alone. Needs Node 18 or later,
// Deno, Bun, a browser (secure context) or an edge worker.

export { DIALECTS, genericHmac } from './dialects.js'
export { PublishError, WebhookError } from './errors.js'
export { basicMatches } from './basic.js'
export { publish } from './publish.js'
export { sign } from './sign.js'
export { verify } from './verify.js'
