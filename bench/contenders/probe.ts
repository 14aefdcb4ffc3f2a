// bench/contenders/probe.ts: the probe over 32 kept-alive connections of HTTP/1.1.
import type { AtlasConfig } from '../atlas/access.ts';
import { contend } from '../harness/contender.ts';
import { Http1 } from '../probe/http1.ts';
import { probing } from '../probe/probe.ts';

contend<AtlasConfig>((config) => probing(config, new Http1(config.access.url, 32)));
