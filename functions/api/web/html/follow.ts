// functions/api/web/html/follow.ts: the script by which a page that may change reads itself again, as `watch` does.
//
// It loads the page anew, since the policy of pages lets no script fetch anything. It waits while that would take something from its reader:
// a tab that is hidden or offline, text that is marked, a part that is unfolded, a control that has the focus. Once something was typed it
// gives up. The server says after how long, and no longer says so when nothing can change any more (docs/decisions/0052-pictures.md).
export const FOLLOW = `{const p=document.getElementById('follow'),K='follow-paused';if(p){
const store={get(){try{return sessionStorage.getItem(K)}catch{return p.dataset.paused}},set(v){try{sessionStorage.setItem(K,v)}catch{p.dataset.paused=v}}};
const b=document.createElement('button'),s=document.createElement('span');let typed=false,due=Date.now()+p.dataset.seconds*1e3;
b.type='button';b.className='plain';
const show=()=>{const paused=store.get()=='yes';s.textContent=paused?'Updates are paused.':'Updates by itself every '+p.dataset.every+'.';b.textContent=paused?'Resume':'Pause'};
b.onclick=()=>{store.set(store.get()=='yes'?'no':'yes');due=Date.now()+p.dataset.seconds*1e3;show()};
show();p.append(s,b);p.hidden=false;
document.addEventListener('input',()=>typed=true,true);
const reading=()=>typed||document.hidden||!navigator.onLine||!getSelection().isCollapsed||document.querySelector('main details[open]')||![null,document.body,document.getElementById('main')].includes(document.activeElement);
setInterval(()=>{if(store.get()!='yes'&&Date.now()>=due&&!reading()){due=Infinity;location.reload()}},1e3)}}`;
