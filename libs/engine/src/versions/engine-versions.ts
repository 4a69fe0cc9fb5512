import { Injectable } from '@nestjs/common';
import { CompiledVersions } from './compiled-versions.js';

/** The process's one cache of compiled versions. */
@Injectable()
export class EngineVersions extends CompiledVersions {}
