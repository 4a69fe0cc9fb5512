export { createApi } from './app.js';
export { ApiModule } from './api.module.js';
