// One database cluster is shared by all workers of a run: they find it by the main process's id.
process.env.CORTEX_TEST_RUN ??= String(process.pid);

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/libs/testing/environment.mjs',
  roots: ['<rootDir>/apps', '<rootDir>/libs'],
  testMatch: ['**/*.spec.ts', '**/*.spec.tsx'],
  runtime: '<rootDir>/libs/testing/one-realm.mjs',
  transform: {},
  injectGlobals: false,
  // Jest's own summary comes last, whatever stands here.
  reporters: ['default', '<rootDir>/libs/testing/slowest-specs.mjs'],
  testTimeout: 120_000,
  maxWorkers: 2,
  // A worker that has grown beyond this is replaced.
  workerIdleMemoryLimit: '1.5GB',
  // At its end a worker gives hundreds of megabytes back, which takes more than Jest's half second on a busy machine.
  // One that something holds is still reported.
  workerGracefulExitTimeout: 10_000,
};
