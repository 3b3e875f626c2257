(function(){
var d=JSON.parse(document.getElementById("data").textContent),svg=document.querySelector("#tree svg"),
 box=document.getElementById("tree"),vb=[0,0,d.w,d.h],z=1,x=0,y=0;
function show(){svg.setAttribute("viewBox",[x,y,box.clientWidth/z,box.clientHeight/z].join(" "))}
svg.removeAttribute("width");svg.removeAttribute("height");svg.style.width="100%";svg.style.height="100%";
function zoom(f,cx,cy){var n=Math.min(4,Math.max(0.05,z*f));x+=cx/z-cx/n;y+=cy/z-cy/n;z=n;show()}
box.addEventListener("wheel",function(e){e.preventDefault();if(e.ctrlKey||e.metaKey){zoom(Math.exp(-e.deltaY/400),e.offsetX,e.offsetY)}else{x+=e.deltaX/z;y+=e.deltaY/z;show()}},{passive:false});
var held=null,far=0;
box.addEventListener("pointerdown",function(e){held=[e.clientX,e.clientY,x,y];far=0});
window.addEventListener("pointermove",function(e){if(!held)return;far=Math.abs(e.clientX-held[0])+Math.abs(e.clientY-held[1]);x=held[2]-(e.clientX-held[0])/z;y=held[3]-(e.clientY-held[1])/z;show()});
window.addEventListener("pointerup",function(){held=null});
function id(i){return document.getElementById("b"+i)}
function go(i){var b=d.boxes[i];if(z<0.6)z=1;x=b.x-40/z;y=b.y-box.clientHeight/z/3;show();mark(i)}
var was=null;
function mark(i){if(was)was.classList.remove("on");was=id(i);was.classList.add("on");source(i)}
function source(i){var b=d.boxes[i],p=document.getElementById("source"),lines=(d.files[b.file]||"").split("\n");
 document.getElementById("where").textContent=b.file?b.file+":"+b.line:"";p.textContent="";
 lines.forEach(function(s,n){var l=document.createElement("div");l.textContent=(n+1)+"  "+s;if(n+1>=b.line&&n+1<=b.last)l.className="here";p.appendChild(l);if(n+1===b.line)setTimeout(function(){p.scrollTop=l.offsetTop-p.offsetTop-30})});
 location.hash="b"+i}
svg.addEventListener("click",function(e){if(far>4)return;var t=e.target.closest(".to"),g=e.target.closest(".box");if(t){go(+t.dataset.to)}else if(g){mark(+g.dataset.i)}});
svg.addEventListener("keydown",function(e){if(e.key==="Enter"){var g=e.target.closest(".box");if(g)mark(+g.dataset.i)}});
var q=document.getElementById("search"),hits=[],at=-1;
function find(){hits=[];at=-1;var s=q.value.trim().toLowerCase();d.boxes.forEach(function(b,i){var h=s&&b.text.toLowerCase().indexOf(s)>=0;id(i).classList.toggle("hit",!!h);if(h)hits.push(i)});
 document.getElementById("count").textContent=s?hits.length:"";}
q.addEventListener("input",find);
q.addEventListener("keydown",function(e){if(e.key==="Enter"&&hits.length){at=(at+(e.shiftKey?hits.length-1:1))%hits.length;go(hits[at])}});
document.getElementById("in").onclick=function(){zoom(1.25,box.clientWidth/2,box.clientHeight/2)};
document.getElementById("out").onclick=function(){zoom(0.8,box.clientWidth/2,box.clientHeight/2)};
function all(){z=Math.min(box.clientWidth/d.w,box.clientHeight/d.h);x=y=0;show()}
document.getElementById("all").onclick=all;
document.querySelectorAll("input[name=over]").forEach(function(r){r.onchange=function(){document.body.className=r.value}});
window.addEventListener("resize",show);
if(/^#b\d+$/.test(location.hash)&&d.boxes[+location.hash.slice(2)]){go(+location.hash.slice(2))}else{show()}
})();
