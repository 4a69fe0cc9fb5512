import { TestEnvironment } from 'jest-environment-node';

/** A connection that is asked again while it answers: pg warns of it once, and will refuse it in its next version. */
const MISUSE = /client\.query\(\) when the client is already executing a query/;

/** Node's own environment; a spec file during which a connection was misused fails. */
export default class CortexEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.fresh = 'fresh-modules' in context.docblockPragmas;
    // Specs live in Node's own realm (one-realm.mjs), so what Jest gives and moves is this one's.
    this.global = globalThis;
    const [FakeTimers, Mocker] = [this.fakeTimersModern.constructor, this.moduleMocker.constructor];
    this.fakeTimersModern = new FakeTimers({ config: config.projectConfig, global: globalThis });
    this.moduleMocker = new Mocker(globalThis);
  }

  misuse = undefined;
  onWarning = (warning) => {
    if (MISUSE.test(warning.message)) this.misuse ??= warning;
  };

  async setup() {
    await super.setup();
    process.on('warning', this.onWarning);
  }

  async handleTestEvent(event) {
    if (event.name !== 'run_finish') return;
    // Warnings come a turn late.
    await new Promise((turn) => setImmediate(turn));
    if (this.misuse) throw this.misuse;
  }

  async teardown() {
    process.off('warning', this.onWarning);
    await super.teardown();
  }
}
