export { SourceMeter, type Came, type Reject } from './source-meter.js';
export { Sources } from './sources.js';
export { SourcesModule } from './sources.module.js';
export { Inbound } from './inbound/inbound.js';
export { InboundSources, type InboundWebhook } from './inbound/inbound-sources.js';
