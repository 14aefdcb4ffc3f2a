// functions/api/web/html/copy.ts: the script by which an id or a command gets a button that copies it.
//
// It shows what it did, as words. Without the script, or where the browser has no clipboard for a page (plain HTTP from another machine), there is no button.
export const COPY = `if(navigator.clipboard)for(const c of document.querySelectorAll('code[data-copy]')){const b=document.createElement('button');
b.type='button';b.className='copy';b.title='Copy';b.innerHTML='<svg class="i" aria-hidden="true"><use href="#copy"/></svg>';b.setAttribute('aria-label','Copy '+c.textContent);
b.onclick=()=>navigator.clipboard.writeText(c.textContent).then(()=>b.textContent='Copied',()=>b.textContent='Not copied');(c.closest('a')??c).after(b)}`;
