export { cleanHtml } from './clean-html.js';
export { cleanRow } from './clean.js';
export { DesignError } from './design-error.js';
export { storedPicture, type StoredPicture } from './images.js';
export { importMail } from './import.js';
export { renderDesign, type RenderedDesign } from './render.js';
export { renderUnlayer, type RenderedUnlayer } from './unlayer.js';
