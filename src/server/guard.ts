// Who may call: on loopback only pages of our own (DNS rebinding, CSRF); elsewhere only those with the token.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Failure } from '../base/index.ts'
import type { Address } from './server.ts'

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

/** Refuses to open a door to the network that anyone could walk through. */
export function checkAddress({ host, token }: Address): void {
  if (isLoopback(host) || token !== '') return
  throw new Failure(
    'bad-input',
    `cannot serve on ${host}: off this machine callers must send a token, and none is set; ` +
      'give one with --token, or serve on 127.0.0.1',
  )
}

/** Routes that show nothing of anyone's data; all others need the token where one is set. */
const openRoutes: readonly (string | undefined)[] = ['/health', '/', '/*', undefined]
const cookieName = 'bowerbird'

export function guard(app: FastifyInstance, at: Address): void {
  app.addHook('onRequest', async (request) => {
    if (isLoopback(at.host)) checkHost(request, portOf(app, at))
    checkOrigin(request)
    // The matched route counts, not the text of the address: %76 is v too.
    if (at.token !== '' && !openRoutes.includes(request.routeOptions.url)) checkToken(request, at.token)
  })
}

export function portOf(app: FastifyInstance, at: Address): number {
  const bound = app.server.address()
  return bound !== null && typeof bound === 'object' ? bound.port : at.port
}

function checkHost(request: FastifyRequest, port: number): void {
  const host = request.headers.host ?? ''
  const names = ['localhost', '127.0.0.1', '[::1]']
  const allowed = names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]))
  if (allowed.includes(host.toLowerCase())) return
  throw new Failure(
    'not-allowed',
    `cannot answer: the Host header must be ${allowed.join(', ')}, and it is ${shown(host)}`,
  )
}

/** Browsers name the page that asks; a stranger's page may neither read nor write. */
function checkOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers
  if (origin !== undefined && ![`http://${host}`, `https://${host}`].includes(origin.toLowerCase()))
    throw new Failure(
      'not-allowed',
      `cannot answer: the Origin header, when sent, must name this server (${shown(host)}), ` +
        `and it is ${shown(origin)}`,
    )
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode } = request.headers
  if (site === 'cross-site' && mode !== 'navigate')
    throw new Failure('not-allowed', 'cannot answer: another site’s page asks, and only our own may')
}

function checkToken(request: FastifyRequest, token: string): void {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1]
  const cookie = request.headers.cookie
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${cookieName}=`))
    ?.slice(cookieName.length + 1)
  if (bearer !== undefined && isSame(bearer, token)) return
  if (cookie !== undefined && isSame(cookie, cookieOf(token))) return
  const given = bearer !== undefined ? 'another was sent' : 'none was sent'
  throw new Failure(
    'no-token',
    `cannot answer: send the token as "Authorization: Bearer …" or open /?token=… once, and ${given}`,
  )
}

/** Images and event streams cannot send headers: the page gets the token's hash as a cookie instead. */
export function cookieFor(at: Address, given: string): string | undefined {
  if (at.token === '' || !isSame(given, at.token)) return undefined
  return `${cookieName}=${cookieOf(at.token)}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000`
}
const cookieOf = (token: string): string => digest(`bowerbird cookie ${token}`).toString('hex')

/** Hashes are compared, so that neither length nor content shows in the time taken. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
const shown = (value: string | undefined): string => JSON.stringify(value ?? '').slice(0, 100)
