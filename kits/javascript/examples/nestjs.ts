// NestJS on Express: npm install ./kits/javascript

import 'reflect-metadata'
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  HttpCode,
  Module,
  Post,
  Req,
  UseFilters,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { WebhookError, verify } from 'countersign-webhooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { secretFromEnvironment } from './secret.mjs'

const secret = secretFromEnvironment()

/** The same answer for every refusal; the reason is for the log alone. */
@Catch(WebhookError)
class Refusals implements ExceptionFilter {
  catch(error: WebhookError, host: ArgumentsHost): void {
    console.error('refused:', error.reason)
    const response = host.switchToHttp().getResponse<ServerResponse>()
    response.writeHead(403, { 'Content-Type': 'application/json' }).end('{"status":"refused"}')
  }
}

@Controller('webhooks')
@UseFilters(Refusals)
class Webhooks {
  @Post()
  @HttpCode(202)
  async receive(@Req() request: IncomingMessage & { body?: unknown }): Promise<{ status: string }> {
    const body = request.body instanceof Uint8Array ? request.body : new Uint8Array()
    const { eventKey } = await verify('bitbucket-cloud', secret, request.headersDistinct, body)
    const event = JSON.parse(new TextDecoder().decode(body))
    console.log(eventKey, event.repository?.full_name)
    return { status: 'accepted' }
  }
}

@Module({ controllers: [Webhooks] })
class App {}

// Nest's own parser would parse before anything is verified. An application that needs it for other routes
// keeps it, creates with `rawBody: true` and passes `request.rawBody`, which is there for JSON and forms only.
const app = await NestFactory.create<NestExpressApplication>(App, { bodyParser: false, logger: ['error', 'warn'] })
app.useBodyParser('raw', { type: () => true, limit: '1mb' })
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1')
console.log(`listening on ${await app.getUrl()}/webhooks`)
