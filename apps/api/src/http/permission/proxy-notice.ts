import { isIPv4 } from 'node:net';
import { closeAttention, openAttention, type PlatformParts } from '#platform';
import type { FastifyInstance } from 'fastify';

const KEY = 'proxy_not_trusted';
const sentence =
  'A request came through a proxy that CORTEX_TRUST_PROXY does not name, so every visitor has the address of the proxy. Set CORTEX_TRUST_PROXY to the number of proxies or to their addresses, and restart Cortex.';

/** Proxies stand near: whoever comes from the internet could write the header themselves. */
const isNear = (ip: string): boolean => {
  const address = ip.replace(/^::ffff:/i, '');
  if (isIPv4(address)) return /^(10|127|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(address);
  return /^(::1$|f[cd]|fe80:)/i.test(address);
};

/**
 * Says once, in the log and under Needs attention, that requests are forwarded by a proxy that is not trusted: all of
 * them would then count as one address when sign-ins are limited.
 */
export async function noticeProxy(fastify: FastifyInstance, parts: PlatformParts): Promise<void> {
  const { config, database, log } = parts;
  if (config.env.CORTEX_TRUST_PROXY) return closeAttention(database, KEY);
  let said = false;
  fastify.addHook('onRequest', (request, _reply, done) => {
    const forwards = request.headers['x-forwarded-for'] ?? request.headers.forwarded;
    if (!said && forwards !== undefined && isNear(request.ip)) {
      said = true;
      log.warn({ proxy: request.ip }, sentence);
      openAttention(database, {
        key: KEY,
        kind: KEY,
        title: 'A proxy is not trusted',
        detail: sentence,
        facts: { proxy: request.ip },
      }).catch((error: Error) => log.warn({ reason: error.message }, 'a notice was not written'));
    }
    done();
  });
}
