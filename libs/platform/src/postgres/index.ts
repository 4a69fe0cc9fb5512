export { findBinaries, type Binaries } from './binaries.js';
export {
  boundLog,
  freePort,
  isAlive,
  startCluster,
  stopCluster,
  type Cluster,
  type ClusterSettings,
} from './cluster.js';
export { lockDataDir, unusable } from './lock.js';
export { chooseOwner, runAs, type Owner } from './owner.js';
