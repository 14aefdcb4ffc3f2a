// bench/contenders/probe-http2.ts: the probe over one connection of HTTP/2.
import type { AtlasConfig } from '../atlas/access.ts';
import { contend } from '../harness/contender.ts';
import { Http2 } from '../probe/http2.ts';
import { probing } from '../probe/probe.ts';

contend<AtlasConfig>((config) => probing(config, new Http2(config.access.url)));
