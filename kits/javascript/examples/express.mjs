// Express 5: npm install express ./kits/javascript
// (Express 4 does not pass on what an async handler rejects with: there, catch it and call next(error).)

import { WebhookError, verify } from 'countersign-webhooks'
import express from 'express'
import { secretFromEnvironment } from './secret.mjs'

const secret = secretFromEnvironment()
const app = express()

// The raw bytes, of any type, bounded, with gzip undone. Before any app.use(express.json()), which would
// leave a parsed object in req.body; a string '*/*' would leave out requests without a Content-Type.
const raw = express.raw({ type: () => true, limit: '1mb' })

app.post('/webhooks', raw, async (req, res) => {
  // An empty body is left undefined. headersDistinct has two headers of one name as two; req.headers not.
  const body = req.body instanceof Uint8Array ? req.body : new Uint8Array()
  const { eventKey } = await verify('bitbucket-cloud', secret, req.headersDistinct, body)
  const event = JSON.parse(new TextDecoder().decode(body))
  console.log(eventKey, event.repository?.full_name)
  res.status(202).json({ status: 'accepted' })
})

// The same answer for every refusal; the reason is for the log alone.
app.use((error, req, res, next) => {
  if (!(error instanceof WebhookError)) return next(error)
  console.error('refused:', error.reason)
  res.status(403).json({ status: 'refused' })
})

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/webhooks`)
})
