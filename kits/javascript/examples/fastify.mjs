// Fastify 5: npm install fastify ./kits/javascript

import { WebhookError, verify } from 'countersign-webhooks'
import fastify from 'fastify'
import { secretFromEnvironment } from './secret.mjs'

const secret = secretFromEnvironment()
const app = fastify({ bodyLimit: 1024 * 1024 })

// In a plugin of its own, so that other routes keep their parsers.
await app.register(async (webhooks) => {
  webhooks.removeAllContentTypeParsers()
  webhooks.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => done(null, body))

  webhooks.post('/webhooks', async (request, reply) => {
    const body = request.body ?? new Uint8Array()
    // request.raw is Node's own request: its headersDistinct has two headers of one name as two.
    const { eventKey } = await verify('bitbucket-cloud', secret, request.raw.headersDistinct, body)
    const event = JSON.parse(new TextDecoder().decode(body))
    console.log(eventKey, event.repository?.full_name)
    return reply.code(202).send({ status: 'accepted' })
  })

  webhooks.setErrorHandler((error, request, reply) => {
    if (!(error instanceof WebhookError)) throw error
    console.error('refused:', error.reason)
    return reply.code(403).send({ status: 'refused' })
  })
})

const address = await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 3000) })
console.log(`listening on ${address}/webhooks`)
