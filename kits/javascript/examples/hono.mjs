// Hono, here on Node.js; the app runs unchanged on Deno, Bun and edge workers.
// npm install hono @hono/node-server ./kits/javascript

import { serve } from '@hono/node-server'
import { WebhookError, verify } from 'countersign-webhooks'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secretFromEnvironment } from './secret.mjs'

const secret = secretFromEnvironment()
const app = new Hono()

app.post('/webhooks', bodyLimit({ maxSize: 1024 * 1024 }), async (c) => {
  const body = await c.req.arrayBuffer()
  const { eventKey } = await verify('bitbucket-cloud', secret, c.req.raw.headers, body)
  const event = JSON.parse(new TextDecoder().decode(body))
  console.log(eventKey, event.repository?.full_name)
  return c.json({ status: 'accepted' }, 202)
})

app.onError((error, c) => {
  if (!(error instanceof WebhookError)) throw error
  console.error('refused:', error.reason)
  return c.json({ status: 'refused' }, 403)
})

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`listening on http://127.0.0.1:${port}/webhooks`)
})
