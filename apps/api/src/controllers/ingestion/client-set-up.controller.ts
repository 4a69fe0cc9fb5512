import { Controller, Req, Res } from '@nestjs/common';
import * as contracts from '#contracts';
import type { AnswerOf, InputOf } from '#contracts';
import { Config } from '#platform';
import type { FastifyReply } from 'fastify';
import { keyInHead } from '../../http/permission/clients-of-others.js';
import type { CortexRequest } from '../../http/permission/permission.js';
import { Input, Route } from '../../http/routes/route.js';

/** What PostHog’s client for browsers asks for before it captures anything: all else that it could do is off. */
const quiet: AnswerOf<typeof contracts.posthogConfig> = {
  supportedCompression: ['gzip-js'],
  hasFeatureFlags: false,
  sessionRecording: false,
  heatmaps: false,
  capturePerformance: false,
  captureDeadClicks: false,
  autocapture_opt_out: true,
  autocaptureExceptions: false,
  siteApps: [],
  toolbarParams: {},
};

/** How browsers’ clients of others are set up, which they ask a service of theirs for: here, to send to this server alone. */
@Controller()
export class ClientSetUpController {
  constructor(private readonly config: Config) {}

  @Route(contracts.segmentSettings)
  segment(@Req() request: CortexRequest): AnswerOf<typeof contracts.segmentSettings> {
    const { host, pathname, protocol } = new URL(this.config.publicUrl);
    return {
      integrations: {
        'Segment.io': {
          apiKey: keyInHead(request)!,
          apiHost: `${host}${pathname.replace(/\/$/, '')}/v1`,
          protocol: protocol === 'https:' ? 'https' : 'http',
        },
      },
    };
  }

  @Route(contracts.rudderSource)
  rudder(@Req() request: CortexRequest): AnswerOf<typeof contracts.rudderSource> {
    return {
      source: {
        id: 'cortex',
        name: 'Cortex',
        writeKey: keyInHead(request)!,
        enabled: true,
        workspaceId: 'cortex',
        config: {},
        connections: [],
        destinations: [],
      },
      updatedAt: '2026-11-30T00:00:00.000Z',
    };
  }

  @Route(contracts.posthogConfig)
  posthog(): AnswerOf<typeof contracts.posthogConfig> {
    return quiet;
  }

  @Route(contracts.posthogScript)
  posthogScript(@Input() { params }: InputOf<typeof contracts.posthogScript>, @Res() reply: FastifyReply): void {
    const config = JSON.stringify({ config: quiet, siteApps: [] });
    void reply
      .headers({ 'content-type': 'text/javascript; charset=utf-8', 'cross-origin-resource-policy': 'cross-origin' })
      .send(`(window._POSTHOG_REMOTE_CONFIG ||= {})[${JSON.stringify(params.key)}] = ${config};\n`);
  }

  @Route(contracts.posthogFlags)
  posthogFlags(): AnswerOf<typeof contracts.posthogFlags> {
    return { ...quiet, featureFlags: {}, featureFlagPayloads: {}, flags: {}, errorsWhileComputingFlags: false };
  }
}
