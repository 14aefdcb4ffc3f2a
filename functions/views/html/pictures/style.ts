// functions/views/html/pictures/style.ts: what pictures look like, on pages and in the report: light and dark, narrow and on paper.

/** Each series is 3:1 or more to the ground, and the looks of cells differ in shape too. */
export const PICTURE_LIGHT = `--bar-ok:#3d9b76;--bar-bad:#cf3a2b;--bar-now:#5b8fe0;--bar-off:#8d97a2;
--c1:#3f7fd6;--c2:#c66a12;--c3:#2b8f86;--c4:#9156c4;--c5:#a68a1c`;
export const PICTURE_DARK = `--bar-ok:#46a37e;--bar-bad:#f0695c;--bar-now:#5f8fdd;--bar-off:#69747f;
--c1:#6ea0ea;--c2:#e0913f;--c3:#4fb5ab;--c4:#b48ae0;--c5:#c9ad45`;

export const PICTURES = `
.whole{white-space:nowrap}
.chart{margin:0;display:grid;grid-template-columns:auto 1fr;gap:0 .5rem}
.chart svg{grid-column:2;width:100%;height:9.5rem;display:block;overflow:visible}
.chart .y{display:flex;flex-direction:column;justify-content:space-between;text-align:right;margin:-.55rem 0;line-height:1.1rem}
.chart .x,.axis{display:flex;justify-content:space-between;gap:.5rem}.chart .x{grid-column:2;padding-top:.25rem}
.chart line,.strip line{stroke:var(--line);vector-effect:non-scaling-stroke}
.chart .base{stroke:var(--edge)}
.fill-ok{fill:var(--bar-ok)}.fill-bad{fill:var(--bar-bad)}.fill-now{fill:var(--bar-now)}.fill-off{fill:var(--bar-off)}.fill-text{fill:var(--text)}
.fill-c1{fill:var(--c1)}.fill-c2{fill:var(--c2)}.fill-c3{fill:var(--c3)}.fill-c4{fill:var(--c4)}.fill-c5{fill:var(--c5)}
.chart g:hover,.chart a:hover,.cells a:hover,.flow a:hover{opacity:.7}.chart .hit{fill:transparent}
.chart .level,.strip .level{stroke-width:1.5}.level.p50,.trend{stroke:var(--c1)!important}.level.p95{stroke:var(--c2)!important}.level.objective{stroke:var(--text)!important;stroke-width:2!important}
.level.p50,.level.p95{stroke-dasharray:5 4}.chart .trend{stroke-width:3;opacity:.75}
.dot{fill:none;stroke-width:8;stroke-linecap:round;vector-effect:non-scaling-stroke}.dot.ok{stroke:var(--bar-ok)}.dot.bad{stroke:var(--bar-bad)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;padding:0;margin:.5rem 0 0;font-size:.8125rem}
.under{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.25rem 1.5rem}.under details{font-size:.8125rem;margin-top:.5rem}.under details[open]{width:100%}
.legend li{display:flex;align-items:baseline;gap:.4rem}.legend svg{width:.7rem;height:.7rem;flex:none}.legend .key{width:1rem;overflow:visible}
.scroll{overflow:auto;max-height:22rem;margin-top:.75rem}
.pictured{table-layout:fixed;margin-top:.75rem}.pictured th:first-child{width:22%}.pictured th:nth-child(3){width:34%}
.pictured .words{font-size:.8125rem;overflow-wrap:break-word}.pictured strong.bad,.sub.bad{color:var(--bad)}
.cells,.strip{display:block;width:100%;height:1.25rem;overflow:visible}.strip{height:1.5rem}
.cell{vector-effect:non-scaling-stroke;stroke-width:1.25;stroke:none;fill:var(--bar-ok)}
.cell.cross{fill:var(--tint-bad);stroke:var(--bar-bad)}.cell.stroke,.cell.line{fill:none;stroke:var(--edge)}.cell.bare{stroke:var(--edge);stroke-width:2}.cell.dot{stroke:var(--edge);stroke-width:4}
.ranks{width:100%}.ranks th:first-child{width:45%;overflow-wrap:anywhere}.ranks td:nth-child(2){width:5.5rem;padding-right:1rem}
.rank{display:block;width:100%;height:.7rem;margin-top:.45rem}
.flow{display:grid;grid-template-columns:auto 1fr auto;margin:0 0 1rem}.flow svg{display:block;width:100%}.flow .names{width:168px}.flow text{font-size:12.5px;fill:var(--text)}.flow tspan{fill:var(--soft)}
.band{fill:none;stroke-opacity:.5}.line-c1{stroke:var(--c1)}.line-c2{stroke:var(--c2);stroke-opacity:.75}.line-off{stroke:var(--bar-off)}
`;

export const PICTURES_NARROW = `
.chart svg{height:8rem}.flow{display:none}
.pictured,.pictured tbody,.pictured tr,.pictured td,.pictured tbody th{display:block;width:auto!important}
.pictured thead th:not(:nth-child(2)){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.pictured thead,.pictured thead tr,.pictured thead th:nth-child(2){display:block;width:auto!important;padding:0}
.pictured tbody tr{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,3fr);gap:.15rem .75rem;border-top:1px solid var(--line);padding:.45rem 0}.pictured tbody th,.pictured td{border:0;padding:0}.pictured .drawn{grid-area:2/1/auto/-1}.pictured .words{grid-area:1/2;text-align:right}.sentences th .sub{display:inline;margin-left:.4rem}.sentences th,.sentences .words{grid-area:auto/1/auto/-1;text-align:left}.sentences .drawn{grid-area:auto/1/auto/-1}
.ranks,.ranks tbody{display:block}.ranks thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.ranks tr{display:grid;grid-template-columns:2.75rem 1fr;gap:0 .5rem;border-top:1px solid var(--line);padding:.4rem 0}.ranks th,.ranks td{border:0;padding:0;width:auto!important}.ranks th{grid-column:1/-1}.ranks .r{text-align:left}
`;
