export { createTracker, type Tracker, type TrackerOptions, type Whose } from './tracker.js';
