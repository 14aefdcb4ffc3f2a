// functions/api/web/html/style.ts: the style sheet, script and icon, each under an address that changes with its content.
import { createHash } from 'node:crypto';
import { PICTURE_DARK, PICTURE_LIGHT, PICTURES, PICTURES_NARROW } from '../../../views/html/pictures/style.ts';
import { COPY } from './copy.ts';
import { FOLLOW } from './follow.ts';

/** Of ratios: text on its ground is 4.5:1 or more in both schemes, which test/browser checks with axe. */
const LIGHT = `--ground:#f6f7f9;--card:#fff;--text:#171b21;--soft:#56606c;--line:#dde2e8;--edge:#8a94a0;--link:#1857b8;
--ok:#14724a;--bad:#b3261e;--now:#1857b8;--wait:#8a5200;--off:#5d6670;--tint-bad:#fdeeec;--tint-wait:#fdf4e3;
${PICTURE_LIGHT}`;
const DARK = `--ground:#0f1215;--card:#171b20;--text:#e7eaee;--soft:#9da8b4;--line:#2a3138;--edge:#6b7682;--link:#86b4ff;
--ok:#5fcf9a;--bad:#ff8f85;--now:#86b4ff;--wait:#f2bd62;--off:#9da8b4;--tint-bad:#2c1a1a;--tint-wait:#2a2317;
${PICTURE_DARK}`;

const FRAME = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:4rem}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;font-variant-numeric:tabular-nums}
a{color:var(--link);text-underline-offset:.18em;text-decoration-thickness:1px}
a:hover{text-decoration-thickness:2px}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem;letter-spacing:-.01em;overflow-wrap:break-word;min-width:0}
h2{font-size:1.0625rem;line-height:1.3;margin:0;overflow-wrap:anywhere}
p{margin:.5rem 0}
code,pre{font:.8125rem/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
bdi,code{overflow-wrap:anywhere}time{white-space:nowrap}
.measure{white-space:normal}.soft{color:var(--soft)}.small{font-size:.8125rem}.nowrap,.keep{white-space:nowrap}
.skip{position:absolute;left:-99rem}
.skip:focus{left:.5rem;top:.5rem;z-index:3;background:var(--card);padding:.5rem .75rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.shapes{position:absolute}
.cut{fill:none;stroke:var(--card);stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.i{width:.93em;height:.93em;fill:currentColor;flex:none}
header{position:sticky;top:0;z-index:2;background:var(--card);border-bottom:1px solid var(--line)}
header nav,main,footer{max-width:76rem;margin:0 auto;padding:0 1rem}
header nav{display:flex;align-items:stretch;gap:1.25rem;min-height:3rem}
header a{display:flex;align-items:center;gap:.5rem;color:var(--soft);text-decoration:none;border-bottom:2px solid transparent;border-top:2px solid transparent}
header a:hover{color:var(--text)}
header a[aria-current]{color:var(--text);border-bottom-color:var(--link);font-weight:600}
header .brand{color:var(--text);font-weight:650;margin-right:auto;letter-spacing:-.01em;white-space:nowrap}
.account{display:flex;flex-wrap:wrap;justify-content:flex-end;align-items:center;gap:.25rem .75rem;max-width:76rem;margin:0 auto;padding:0 1rem .5rem;font-size:.8125rem}
.account form{display:block;margin:0;padding:0;border:0;background:none}.account span{overflow-wrap:anywhere}
.brand svg{width:1.25rem;height:1.25rem}
main{padding-top:1.5rem;padding-bottom:2rem}
footer{padding-top:1rem;padding-bottom:2rem;color:var(--soft);font-size:.8125rem}
.top{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline;justify-content:space-between;margin-bottom:1rem}
.top p{margin:0}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem;margin:0 0 1rem}
.head{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline;justify-content:space-between;margin-bottom:.75rem}
.head p{margin:0}
.mark{display:inline-flex;align-items:center;gap:.4em;font-weight:600;white-space:nowrap}.mark .i{margin:0!important}
.mark.ok{color:var(--ok)}.mark.bad{color:var(--bad)}.mark.now{color:var(--now)}.mark.wait{color:var(--wait)}.mark.off{color:var(--off)}
.note{background:var(--tint-wait);border-left:4px solid var(--wait);padding:.6rem .75rem;border-radius:4px;margin:0 0 1rem;overflow-wrap:anywhere}
.note.bad{background:var(--tint-bad);border-color:var(--bad)}
.note .cut{stroke:var(--tint-wait)}.note.bad .cut{stroke:var(--tint-bad)}
.empty{text-align:center;padding:2rem 1rem}
.empty{overflow-wrap:anywhere}.empty h2{margin-bottom:.25rem}.empty p,.empty ul{max-width:38rem;margin:.5rem auto}.plain{list-style:none;padding:0}
summary{cursor:pointer;font-weight:600;width:fit-content}.filter{margin-bottom:.75rem}details.filter:not(.quick~*){margin-top:.75rem}
pre{margin:.75rem 0 0;padding:.75rem;background:var(--ground);border:1px solid var(--line);border-radius:6px;overflow:auto;max-height:32rem}
`;

const OVERVIEW = `
.facts{display:flex;flex-wrap:wrap;gap:1px;background:var(--line);border:1px solid var(--line);border-radius:10px;overflow:hidden;margin:0 0 1rem;padding:0}
.facts>div{flex:1 1 8.75rem;position:relative;background:var(--card);padding:.75rem 1rem;display:flex;flex-direction:column}
.facts dt{color:var(--soft);font-size:.8125rem}
.facts dd{margin:0}
.facts .n{font-size:1.625rem;line-height:1.25;font-weight:650;letter-spacing:-.02em}
.facts .n a{color:inherit;text-decoration:none}.facts .n a::after{content:"";position:absolute;inset:0}.facts>div:has(a:hover){background:var(--ground)}.facts .n a:hover{text-decoration:underline}.facts .n a:focus-visible{outline:0}.facts .n a:focus-visible::after{outline:3px solid var(--link);outline-offset:-4px}
.facts .n.bad{color:var(--bad)}.facts .n.wait{color:var(--wait)}
.found-line{display:flex;flex-wrap:wrap;gap:.4rem .75rem;align-items:center;margin:0 0 1rem}.found-line h2{font-size:.8125rem;color:var(--soft);font-weight:400}.found-line .quick{margin:0}
.facts .n.word .i{width:.85em;height:.85em}
.facts .word{font-size:1rem;line-height:2.03rem;letter-spacing:-.01em;white-space:nowrap}
.facts .n .i{width:.65em;height:.65em;margin-right:.3em}
`;

const TABLES = `
table{border-collapse:collapse;width:100%}
caption{text-align:left;padding:0 0 .75rem;color:var(--soft);font-size:.8125rem}
th,td{text-align:left;vertical-align:top;padding:.5rem .75rem .5rem 0;border-top:1px solid var(--line);font-weight:400}
thead th{border-top:0;color:var(--soft);font-size:.8125rem;padding-top:0;white-space:nowrap}
.sort{color:inherit;text-decoration-color:var(--edge)}thead [aria-sort]{color:var(--text);font-weight:600}
.jobs td:nth-child(3){width:16%}.jobs td:nth-child(4){width:15%}.jobs td:nth-child(5){width:18%}
@media print,(min-width:54.01rem){.stack tbody th,.stack td:not(.r,.nowrap,.end,.bare){min-width:7rem}.stack.jobs td:nth-child(5){min-width:9.5rem}}.even .mark{white-space:normal}.scroll th{white-space:nowrap}
th:last-child,td:last-child{padding-right:0}.gap{padding-left:1.5rem}
.even{table-layout:fixed}.even th:first-child{width:17%}.even .r{width:7%}.even .gap{width:13.5%;padding-left:1rem}
.r{text-align:right}
tbody tr:hover{background:color-mix(in srgb,var(--link) 5%,transparent)}
.sub{display:block;color:var(--soft);font-size:.8125rem}.sub:has(>a:not(.grade)){margin-top:.2rem}
.sub.wait{color:var(--wait)}.sub.bad{color:var(--bad)}
.sub .i{margin-right:.35em}
.finds{list-style:none;margin:.15rem 0 0;padding:0;font-size:.8125rem}.finds .mark{font-weight:500}
.grade{color:var(--soft);text-decoration-color:var(--edge);white-space:nowrap}
a.grade{display:inline-flex;align-items:baseline;gap:.3em}.sub .grade .i{margin:0;align-self:center}
.tip{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.asked{position:relative}
.grade:hover .tip,.grade:focus-visible .tip{width:max-content;max-width:min(20rem,100%);height:auto;overflow:visible;clip-path:none;z-index:1;left:0;top:calc(100% - .25rem);padding:.5rem .65rem;white-space:normal;color:var(--text);background:var(--card);border:1px solid var(--edge);border-radius:6px;box-shadow:0 2px 8px rgb(0 0 0/.2)}
.tip::before{content:"";position:absolute;inset:-.6rem 0 auto;height:.6rem}
.plainlink{color:inherit;text-decoration-color:var(--edge)}
.pages{display:flex;flex-wrap:wrap;gap:.5rem 1.25rem;align-items:center;border-top:1px solid var(--line);padding-top:.75rem}
.pages .data{margin-left:auto}
.button,button{font:inherit;font-weight:600;color:var(--card);background:var(--link);border:1px solid var(--link);border-radius:6px;padding:.4rem .9rem;cursor:pointer;text-decoration:none;display:inline-block}
.button:hover,button:hover{filter:brightness(1.1)}
.button.plain{background:none;color:var(--link)}
`;

const FORMS = `
.quick{display:flex;flex-wrap:wrap;gap:.4rem;list-style:none;margin:0 0 .75rem;padding:0}
.quick a{display:flex;align-items:center;gap:.4em;padding:.2rem .75rem;border:1px solid var(--edge);border-radius:99px;text-decoration:none;color:var(--text);overflow-wrap:anywhere}
.quick a:hover{border-color:var(--link)}
.quick a[aria-current]{background:var(--text);color:var(--card);border-color:var(--text)}
.quick .given a{border-color:var(--link)}
form{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.75rem 1rem;margin:.5rem 0 1rem;padding:1rem;background:var(--ground);border:1px solid var(--line);border-radius:8px}
form .wide{grid-column:1/-1}
form.find{display:flex;align-items:center;margin:0;padding:0;border:0;background:none;flex:0 1 12rem;min-width:6rem}
fieldset{border:0;margin:0;padding:0;min-width:0}
textarea{font:inherit;width:100%;color:var(--text);background:var(--card);border:1px solid var(--edge);border-radius:6px;padding:.4rem .6rem;resize:vertical}
label,legend{display:block;font-size:.8125rem;color:var(--soft);margin-bottom:.2rem;padding:0}
.checks{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem}
.checks label{display:flex;align-items:center;gap:.4rem;color:var(--text);font-size:inherit;min-height:1.75rem;margin:0}
.checks input{width:1.05rem;height:1.05rem;accent-color:var(--link);margin:0}
input[type=text],input[type=date],input[type=search],select{font:inherit;width:100%;height:2.25rem;color:var(--text);background:var(--card);border:1px solid var(--edge);border-radius:6px;padding:0 .6rem}
[aria-invalid]{border:2px solid var(--bad)!important}
.error{color:var(--bad);font-size:.8125rem;margin:.25rem 0 0}
#follow{margin:0 0 .25rem}#follow button,.copy{padding:.1rem .6rem;margin-left:.5rem;color:var(--link);background:none}
.copy{display:inline-flex;align-items:center;justify-content:center;vertical-align:middle;min-width:1.5rem;min-height:1.5rem;padding:0 .3rem;margin:-.2rem 0 -.2rem .3rem;font-size:.75rem;border-color:var(--line)}
.acts{display:flex;gap:.75rem;align-items:center}
`;

const DETAILS = `
.pairs{display:grid;grid-template-columns:minmax(6.5rem,9rem) 1fr;gap:.45rem 1rem;margin:0}
.pairs dt{color:var(--soft)}.pairs dd{margin:0;overflow-wrap:anywhere;min-width:0}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:0 1rem;align-items:start}.two:has(.flow){grid-template-columns:repeat(auto-fit,minmax(min(100%,31rem),1fr))}
.ways{display:grid;grid-template-columns:1fr auto 1fr;gap:1rem}
.ways strong{display:block;font-size:1.125rem;overflow-wrap:anywhere;font-weight:650}.ways .sub{font-weight:400}.job{justify-content:flex-start;align-items:center}.job .mark{font-size:1.0625rem}
.ways .arrow{align-self:center;width:1.75rem;height:1.75rem;fill:none;stroke:var(--edge);stroke-width:2}
.who{font-size:1.125rem;margin:0;overflow-wrap:anywhere}.who .sub{font-weight:400}.who strong{font-weight:650}p.grade{display:flex;align-items:center;gap:.4em;color:var(--text)}
.found{list-style:none;margin:0;padding:0}.found>li{padding:.6rem 0;border-top:1px solid var(--line)}.found>li:first-child{border:0;padding-top:0}.found>li:last-child{padding-bottom:0}
.found h3{font-size:1rem;margin:0}.found p{margin:.2rem 0 0;overflow-wrap:anywhere}
.line{list-style:none;margin:0;padding:0}
.line>li{position:relative;padding:0 0 1.25rem 1.75rem;border-left:2px solid var(--line);margin-left:.45rem}
.line>li:last-child{border-color:transparent;padding-bottom:0}
.line .dot{position:absolute;left:-.5625rem;top:.25rem;width:1rem;height:1rem;background:var(--card);fill:var(--soft);border-radius:50%}
.line .dot.ok{fill:var(--ok)}.line .dot.bad{fill:var(--bad)}.line .dot.now{fill:var(--now)}.line .dot.wait{fill:var(--wait)}
.line h3{font-size:1rem;margin:0;font-weight:600}
.moves{margin:.4rem 0 0;padding:0;list-style:none;font-size:.875rem}
.moves li{overflow-wrap:anywhere;padding:.1rem 0}
.moves .from{color:var(--soft)}
`;

const NARROW = `
@media (min-width:54.01rem) and (max-width:76rem){.jobs{font-size:.8125rem}.jobs .sub,.jobs .finds{font-size:.75rem}.jobs .sub:has(>a){margin-top:.35rem}}
@media (max-width:76rem){.even{font-size:.8125rem}.even .sub{font-size:.75rem}.even th,.even td{padding-right:.5rem}.even th:first-child{width:12%}.even th:nth-child(2){width:13.5%}.even .r{width:6.5%}.even th:last-child{width:12%}.even .gap{padding-left:.5rem;width:11.5%}.even thead th{white-space:normal;vertical-align:bottom}.facts>div{flex-basis:max(8.75rem,calc(25% - 1px))}.facts:has(>:nth-child(5):last-child)>div{flex-basis:max(8.75rem,calc(20% - 1px))}.facts:has(>:nth-child(6):last-child)>div{flex-basis:max(8.75rem,calc(33.3% - 1px))}}
@media screen and (max-width:54rem){
.stack,.stack caption:not(.hidden),.stack tbody,.stack tr,.stack td,.stack tbody th{display:block;width:auto!important}
.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stack tr{border-top:1px solid var(--line);padding:.7rem 0;display:grid;grid-template-columns:repeat(6,minmax(0,1fr));gap:.45rem .75rem}
.stack th,.stack td{border:0;padding:0;min-width:0;grid-column:span 3}.stack .third{grid-column:span 2}
.stack td[data-l]::before{content:attr(data-l);display:block;color:var(--soft);font-size:.75rem;white-space:nowrap}
.stack .all{grid-column:1/-1!important}.stack td.void{display:none}
.stack .keep{white-space:normal}.stack .r{text-align:left}.stack .gap{padding-left:0}
.stack .end{text-align:right;justify-self:end}
.stack .flat::before{display:inline!important;margin-right:.4rem}.stack .flat .sub{display:inline;margin-left:.4rem}
.stack .flat .sub::before{content:" "}
.jobs tr{gap:.15rem .75rem;padding:.5rem 0}.jobs .third{font-size:.8125rem}.jobs .end .mark,.jobs .nowrap{white-space:normal}.jobs .finds{margin:0}
.jobs .bare::before{display:none!important}
.stack thead:focus-within{position:static;width:auto;height:auto;overflow:visible;clip-path:none}
.pack tr{display:flex;flex-wrap:wrap;gap:.3rem .9rem;padding:.5rem 0}.pack tbody th{flex:1 1 100%}.pack tr:has(.end) th{flex-basis:38%}.pack .end{max-width:55%}.pack th~.end{min-width:55%}
.pack td:not(.end){font-size:.8125rem;white-space:normal}.pack td:not(.end)::before{display:inline!important;margin-right:.3rem}.pack td:not(.end) .sub{display:inline;margin-left:.4em}.pack .all{flex:1 0 100%}.pack .flat.all{flex:0 1 auto}
}
@media screen and (max-width:44rem){
.facts .word{line-height:1.35;padding:.3rem 0}
.jobs tbody tr{display:flow-root;line-height:1.5rem}.stack.jobs tbody th{display:inline-block}.jobs .end{float:right;max-width:50%;margin-left:.75rem;line-height:1.4}
.stack.jobs .third{display:inline-block;margin-right:.9rem;line-height:1.4;white-space:nowrap}.stack.jobs .void{display:none}.jobs .bare .sub{display:inline;margin-left:.4rem}.stack.jobs td:nth-child(-n+5):not(.end) .sub{display:inline-block;margin-left:0}.jobs .flat>:first-child:not(.sub){margin-right:.4rem}.jobs .asked::before{content:"By"!important}
header{position:static}html{scroll-padding-top:0}
.quick:not(:has(.given)){flex-wrap:nowrap;overflow-x:auto;scrollbar-width:none;margin-inline:-.75rem;padding:.3rem .75rem;margin-block:-.3rem .45rem}.quick li{flex:none;max-width:100%}.quick li:has([aria-current]){order:-1}
.found-line .quick{max-width:calc(100% + 1.5rem)}
.checks{display:grid;grid-template-columns:repeat(auto-fill,minmax(7.5rem,1fr));gap:.25rem .75rem}.checks label{line-height:1.3}
}
@media (min-width:44.01rem){#follow{float:right;margin:.1rem 0 .25rem 1rem}}
@media screen and (min-width:44.01rem) and (max-width:54rem){
.stack.jobs thead{display:block;position:static;width:auto;height:auto;overflow:visible;clip-path:none}.jobs thead tr{border:0}.jobs thead th:nth-child(n+6){display:none}
.jobs{font-size:.875rem}.jobs tr{grid-template-columns:9.25rem minmax(0,1fr) minmax(0,1fr) minmax(0,1.5fr) 8.5rem}
${[1, 5, 2, 3, 4].map((column, cell) => `.jobs tr>:nth-child(${cell + 1}){grid-area:1/${column}!important}`).join('')}.jobs thead th:nth-child(2){text-align:right}.jobs tbody .end{grid-row-end:span 2!important}
.jobs td:nth-child(-n+5)::before{display:none!important}.jobs .flat:not(.third) .sub{display:block;margin-left:0}
.jobs .third{grid-row:2}.jobs .bare .sub{display:inline;margin-left:.4rem}.jobs td:nth-child(6){grid-column:1!important}.jobs td:nth-child(7){grid-column:2/span 2!important}.jobs td:nth-child(8){grid-column:4/span 2!important}.jobs .third:not(.bare){white-space:nowrap}
}
@media (max-width:44rem){
main,footer,header nav{padding-left:.75rem;padding-right:.75rem}
header nav{flex-wrap:wrap}form.find{flex-basis:100%;padding-bottom:.5rem}
.card{padding:.85rem .75rem}
.facts>div{flex-basis:calc(50% - 1px);padding:.6rem .75rem}
header .brand span{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}header nav{gap:.9rem}
${PICTURES_NARROW}.pages .data{margin-left:0}
.pairs{grid-template-columns:5.1rem 1fr;gap:.5rem}.pairs dt{font-size:.8125rem}.pairs code{font-size:.75rem}
.ways{grid-template-columns:1fr;gap:.5rem}.ways .arrow{transform:rotate(90deg)}
}
@media (max-width:24rem){header nav{gap:.6rem;font-size:.875rem}}
@media (pointer:coarse){.checks label,.quick a{min-height:2.5rem}}
@media (forced-colors:active){.fill-bad{stroke:CanvasText}.quick a[aria-current]{border-width:3px}}
@media print{
:root{${LIGHT}}
header,form,.quick,.found-line,.pages,.skip,#follow,.copy,details:not([open]),.card:has(>details:only-child:not([open])){display:none}
html{font-size:12px}body{background:none;font-size:11px}main,footer{padding:0 1px;max-width:none}
.card,.facts{break-inside:avoid-page;border-color:#bbb}.card:has(.stack){break-inside:auto}td.keep,td.nowrap,th.nowrap{white-space:normal}.scroll,pre{max-height:none;overflow:visible;white-space:pre-wrap}
th,td{padding-right:.5rem}.jobs{font-size:10px}.jobs .sub,.jobs .finds{font-size:9px}.jobs thead th{white-space:normal}.stack.jobs th,.stack.jobs td:nth-child(n){min-width:0}.stack.jobs td:nth-child(5){min-width:8.5rem}.jobs td:nth-child(3),.jobs td:nth-child(4){width:13%}.jobs td:nth-child(5){width:17%}.jobs .r{white-space:nowrap}.jobs .r .sub{white-space:normal}
tr,.line>li{break-inside:avoid}a{color:inherit;text-decoration:none}
}
`;

export const CSS = [
  `:root{color-scheme:light dark;${LIGHT}}@media (prefers-color-scheme:dark){:root{${DARK}}}`,
  FRAME,
  OVERVIEW,
  TABLES,
  PICTURES,
  FORMS,
  DETAILS,
  NARROW,
]
  .join('')
  .replaceAll('\n', '');

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);
export const CSS_PATH = `/page-${hashOf(CSS)}.css`;

/** Local times in titles, and beside the times that ask for it. */
const TIMES = `for(const t of document.querySelectorAll('time[datetime]')){const d=new Date(t.dateTime);if(isNaN(d))continue;
const o={dateStyle:'medium',timeStyle:'medium'},l=d.toLocaleString(undefined,o)+' your time';
if(d.toDateString()==new Date(+d+6e4*d.getTimezoneOffset()).toDateString())delete o.dateStyle;
if('beside' in t.dataset&&new Date().getTimezoneOffset()){const s=document.createElement('span');s.className='soft nowrap';o.timeStyle='short';s.textContent=d.toLocaleString(undefined,o)+' local';t.after('\\u00a0\\u00b7 ',s)}
t.title=(t.title?t.title+' \\u00b7 ':'')+l}`;
/** The only script, and none is needed. */
export const SCRIPT = `${TIMES}\n${COPY}\n${FOLLOW}`;
export const SCRIPT_PATH = `/page-${hashOf(SCRIPT)}.js`;

export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><rect width="20" height="20" rx="4" fill="#1857b8"/><path d="M5 13.5V10a5 5 0 0 1 10 0M12.6 7.6 15 10l2-2.6M5 16h10" fill="none" stroke="#fff" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
export const ICON_PATH = `/page-${hashOf(ICON)}.svg`;
