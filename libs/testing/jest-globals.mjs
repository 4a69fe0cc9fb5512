/*
 * What `@jest/globals` exports, for modules that several spec files of a worker share: each call goes to the Jest of
 * the spec file that runs.
 */
const GLOBALS = Symbol.for('cortex.jest-globals');

const global = (name) => {
  const present = () => globalThis[GLOBALS][name];
  return new Proxy(function () {}, {
    apply: (_target, self, args) => Reflect.apply(present(), self, args),
    get: (_target, key) => present()[key],
  });
};

export const afterAll = global('afterAll');
export const afterEach = global('afterEach');
export const beforeAll = global('beforeAll');
export const beforeEach = global('beforeEach');
export const describe = global('describe');
export const expect = global('expect');
export const it = global('it');
export const jest = global('jest');
export const test = global('test');
