import { Controller, Req } from '@nestjs/common';
import * as contracts from '#contracts';
import type { AnswerOf } from '#contracts';
import { Config } from '#platform';
import { keyInHead } from '../../http/permission/clients-of-others.js';
import type { CortexRequest } from '../../http/permission/permission.js';
import { Route } from '../../http/routes/route.js';

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
}
