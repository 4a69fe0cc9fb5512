const MOST = 10;

const seconds = (ms) => `${(ms / 1000).toFixed(1).padStart(7)} s`;

/** Names the slowest spec files of a larger run, before jest's own summary: whole time, and how much of it was tests. */
export default class SlowestSpecs {
  constructor({ rootDir }) {
    this.rootDir = rootDir;
  }

  onRunComplete(_contexts, { testResults }) {
    if (testResults.length <= MOST) return;
    const slowest = testResults
      .map(({ testFilePath, perfStats, testResults: tests }) => ({
        path: testFilePath.slice(this.rootDir.length + 1),
        whole: perfStats.runtime,
        inTests: tests.reduce((sum, test) => sum + (test.duration ?? 0), 0),
      }))
      .sort((a, b) => b.whole - a.whole)
      .slice(0, MOST);
    const lines = slowest.map(({ path, whole, inTests }) => `${seconds(whole)}  ${seconds(inTests)} in tests  ${path}`);
    process.stderr.write(`\nThe ${MOST} slowest spec files:\n${lines.join('\n')}\n`);
  }
}
