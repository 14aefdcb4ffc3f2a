// functions/report/html/style.ts: the style sheet of the report: for a screen, light or dark, wide or narrow, and for paper.
import { PICTURE_DARK, PICTURE_LIGHT, PICTURES, PICTURES_NARROW } from '../../views/html/pictures/style.ts';

/** Text on its ground is 4.5:1 or more in both. */
/** Each a name and a colour of six digits, or three. */
export const LIGHT = `--ground:#f6f7f9;--card:#fff;--text:#171b21;--soft:#56606c;--line:#dde2e8;--edge:#8a94a0;--link:#1857b8;
--ok:#14724a;--bad:#b3261e;--now:#1857b8;--wait:#8a5200;--off:#5d6670;--tint-ok:#ebf6f0;--tint-bad:#fdeeec;--tint-wait:#fdf4e3;${PICTURE_LIGHT}`;
const DARK = `--ground:#0f1215;--card:#171b20;--text:#e7eaee;--soft:#9da8b4;--line:#2a3138;--edge:#6b7682;--link:#86b4ff;
--ok:#5fcf9a;--bad:#ff8f85;--now:#86b4ff;--wait:#f2bd62;--off:#9da8b4;--tint-ok:#14261e;--tint-bad:#2c1a1a;--tint-wait:#2a2317;${PICTURE_DARK}`;

const FRAME = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:76rem;margin:0 auto;padding:1.5rem 1rem 2rem}
a{color:var(--link);text-underline-offset:.18em;text-decoration-thickness:1px}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
h1{font-size:1.625rem;line-height:1.25;margin:0 0 .25rem;letter-spacing:-.01em}
h2{font-size:1.1875rem;line-height:1.3;margin:0 0 .5rem;overflow-wrap:anywhere}
h3{font-size:1rem;line-height:1.35;margin:1.5rem 0 .25rem;overflow-wrap:anywhere}
p{margin:.35rem 0;max-width:62rem}
bdi,td,th,p,li{overflow-wrap:anywhere}
ul{margin:.35rem 0;padding-left:1.25rem}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem 1.25rem;margin:0 0 1rem}
time{white-space:nowrap}
.soft{color:var(--soft)}.small{font-size:.8125rem}.nowrap{white-space:nowrap}
.shapes{position:absolute}
.cut{fill:none;stroke:var(--card);stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.i{width:.93em;height:.93em;fill:currentColor;flex:none}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.mark{display:inline-flex;align-items:center;gap:.4em;font-weight:600;white-space:nowrap}
.mark.ok{color:var(--ok)}.mark.bad{color:var(--bad)}.mark.now{color:var(--now)}.mark.wait{color:var(--wait)}.mark.off{color:var(--off)}
.verdict{border-left:5px solid var(--ok);background:var(--tint-ok);font-size:1.0625rem}
.verdict.wait{border-color:var(--wait);background:var(--tint-wait)}.verdict.bad{border-color:var(--bad);background:var(--tint-bad)}
.verdict h2{margin-bottom:.25rem}.verdict .cut{stroke:var(--tint-ok)}.verdict.wait .cut{stroke:var(--tint-wait)}.verdict.bad .cut{stroke:var(--tint-bad)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:1px;background:var(--line);border:1px solid var(--line);border-radius:10px;overflow:hidden;margin:0 0 1rem}
.facts>div{background:var(--card);padding:.7rem 1rem}
.facts dt{color:var(--soft);font-size:.8125rem}.facts dd{margin:0;font-size:1.5rem;line-height:1.25;font-weight:650;letter-spacing:-.02em}
.facts .bad{color:var(--bad)}.facts .wait{color:var(--wait)}
nav ul{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:0 0 1rem}
.three{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr));gap:0 2.5rem}
`;

/** `far`: of thousands of rows, those far from the window are laid out when it comes near. */
const TABLES = `
table{border-collapse:collapse;width:100%;margin:.5rem 0 0}
caption{text-align:left;padding:0 0 .35rem;font-weight:600}
@media screen and (min-width:60.01rem){.stack tbody th{min-width:7rem}.stack td:not(.r){min-width:4.75rem}}@media screen and (min-width:60.01rem) and (max-width:76rem){.stack{font-size:.8125rem}.stack .sub{font-size:.75rem}.stack th,.stack td{padding-right:.6rem}}
th,td{text-align:left;vertical-align:top;padding:.45rem .9rem .45rem 0;border-top:1px solid var(--line);font-weight:400}
thead th{border-top:0;color:var(--soft);font-size:.8125rem;padding-top:0;white-space:nowrap}
th:last-child,td:last-child{padding-right:0}
.r{text-align:right}
.zone{white-space:nowrap;color:var(--soft);font-size:.8125rem}
.sub{display:block;color:var(--soft);font-size:.8125rem}
.restores{table-layout:fixed}.restores th:nth-child(1){width:13rem}.restores th:nth-child(2),.restores th:nth-child(5){width:11.5rem}.restores th:nth-child(3),.restores th:nth-child(4){width:14%}
.gaps th:first-child{width:22%}
.tight th,.tight td{padding-top:.2rem;padding-bottom:.2rem}.tight .sub{display:inline;margin-left:.6em}
.findings{list-style:none;padding:0;margin:0}.findings li{padding:0 0 .25rem}
.far{content-visibility:auto;contain-intrinsic-size:auto 60rem}
code{font:.8125em ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
`;

const NARROW = `
@media screen and (max-width:60rem){
.facts{grid-template-columns:repeat(3,1fr)}
.stack,.stack caption,.stack tbody,.stack tr,.stack td,.stack tbody th{display:block;width:auto!important}
.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stack tr{border-top:1px solid var(--line);padding:.65rem 0;display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:.35rem .75rem}
.stack th,.stack td{border:0;padding:0;min-width:0}.stack tbody th{grid-column:span 2}
.stack td[data-l]::before{content:attr(data-l);display:block;color:var(--soft);font-size:.75rem}
.stack .all{grid-column:1/-1}.stack td.void{display:none}.stack .r{text-align:left}
}
@media screen and (max-width:46rem){
main{padding:1rem .75rem}section{padding:.85rem .75rem}
.facts{grid-template-columns:1fr 1fr}.facts>div:last-child:nth-child(odd){grid-column:1/-1}
.stack tr{grid-template-columns:repeat(2,minmax(0,1fr))}.stack:not(.restores) tbody th{grid-column:auto}
}
`;

const PAPER = `
@media print{
:root{color-scheme:light;${LIGHT}}
html{font-size:10px}body{background:none;font-size:9.5px}.mark,time{white-space:normal}.facts{grid-template-columns:repeat(6,1fr)}.three{grid-template-columns:1fr 1fr 1fr}main{padding:0;max-width:none}
section,.verdict{border-color:#bbb;padding:.6rem .8rem}
section:not(.long),.facts,tr,h2,h3{break-inside:avoid}h2,h3,caption,thead{break-after:avoid}
thead{display:table-header-group}nav{display:none}.far{content-visibility:visible}a{color:inherit;text-decoration:none}
}
@page{margin:14mm}
`;

export const STYLE = [
  `:root{color-scheme:light dark;${LIGHT}}@media screen and (prefers-color-scheme:dark){:root{${DARK}}}`,
  FRAME,
  TABLES,
  PICTURES,
  `@media screen and (max-width:46rem){${PICTURES_NARROW}}`,
  NARROW,
  PAPER,
]
  .join('')
  .replaceAll('\n', '');
