/** The widget's look. The root carries everything itself, because a host page's rules reach the element and inherit inward. */
export const css = `
.root { all: initial; color-scheme: light dark; position: fixed; inset: auto 20px 20px auto; z-index: 2147483000;
  --primary: var(--madoguchi-primary, light-dark(#0b6b7c, #4cc3d6)); --on-primary: var(--madoguchi-on-primary, light-dark(#fff, #04262c));
  --bg: light-dark(#f6f7f9, #101316); --surface: light-dark(#fff, #181c20); --raised: light-dark(#fff, #1f2429);
  --fg: light-dark(#171b20, #e9ecef); --muted: light-dark(#55606b, #a7b0b9); --line: light-dark(#dce1e6, #2c333a);
  --border: light-dark(#7d8894, #6b7681); --tint: light-dark(#e2f3f6, #12343b); --danger: light-dark(#b3261e, #c7352c);
  --danger-fg: light-dark(#b3261e, #ff9d95); --danger-tint: light-dark(#fdeaea, #3f1a18); --warn-fg: light-dark(#8a5a00, #f0c05a);
  --warn-tint: light-dark(#fff3d6, #3a2c0a);
  font: 14px/1.6 system-ui, "Hiragino Sans", "Yu Gothic UI", "Noto Sans JP", "Noto Sans CJK JP", sans-serif; color: var(--fg); }
.root[data-theme="light"] { color-scheme: light; }
.root[data-theme="dark"] { color-scheme: dark; }
.root.page { position: static; display: block; height: 100%; }
* { box-sizing: border-box; }
.frame { display: contents; }
.icon { width: 20px; height: 20px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
.icon.dots { stroke-width: 2.6; }
button, textarea { font: inherit; color: inherit; }
button { cursor: pointer; }
button:disabled { cursor: not-allowed; opacity: .55; }
:focus-visible { outline: 2px solid var(--primary); outline-offset: 2px; }
.launcher { display: grid; place-items: center; position: relative; width: 56px; height: 56px; margin-left: auto; border: 0; border-radius: 50%;
  background: var(--primary); color: var(--on-primary); box-shadow: 0 4px 16px rgb(0 0 0 / .25); }
.launcher .icon { width: 26px; height: 26px; }
.badge { position: absolute; top: -2px; right: -2px; min-width: 22px; padding: 0 6px; border-radius: 11px; background: var(--danger); color: #fff;
  font-size: 12px; line-height: 22px; font-weight: 600; text-align: center; font-variant-numeric: tabular-nums; }
.badge.still { position: static; }
.panel { display: flex; flex-direction: column; width: 380px; height: min(620px, calc(100vh - 116px)); margin-bottom: 12px; overflow: hidden;
  background: var(--bg); border: 1px solid var(--line); border-radius: 12px; box-shadow: 0 8px 32px rgb(0 0 0 / .22); outline: none; }
.page .panel { width: 100%; max-width: 560px; height: 100%; margin: 0 auto; border-width: 0 1px; border-radius: 0; box-shadow: none; }
@media (max-width: 480px) {
  .root:not(.page) .panel { position: fixed; inset: 0; width: auto; height: auto; margin: 0; border: 0; border-radius: 0; }
  .root:not(.page) .panel + .launcher { display: none; }
}
.head { display: flex; align-items: center; gap: 4px; min-height: 56px; padding: 6px 8px 6px 16px; background: var(--surface); border-bottom: 1px solid var(--line); }
.head h2 { flex: 1; margin: 0; font-size: 16px; font-weight: 600; line-height: 1.4; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.quiet { display: inline-grid; place-items: center; min-width: 44px; min-height: 44px; padding: 0; border: 0; border-radius: 6px; background: none; color: var(--muted); }
.quiet.word { padding: 0 8px; font-size: 13px; }
.quiet:hover { background: var(--tint); color: var(--fg); }
.head .quiet:first-child { margin-left: -10px; }
.bar { margin: 0; padding: 8px 16px; background: var(--warn-tint); color: var(--warn-fg); font-size: 13px; }
.middle, .call { flex: 1; display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 16px; padding: 24px; text-align: center; }
.middle p, .call p { margin: 0; }
.scroll { flex: 1; overflow: auto; padding: 16px; }
h3 { margin: 4px 0 12px; font-size: 14px; font-weight: 600; }
ul, ol { list-style: none; margin: 0; padding: 0; }
.choices { display: grid; gap: 8px; margin-bottom: 20px; }
.choice { display: flex; align-items: center; gap: 12px; width: 100%; min-height: 52px; padding: 10px 14px; border: 1px solid var(--line); border-radius: 10px;
  background: var(--surface); text-align: start; }
.choice span:not(.badge) { flex: 1; }
.choice:hover:not(:disabled) { border-color: var(--primary); }
.choice .icon { color: var(--primary); }
.closed { white-space: pre-wrap; }
.choice.live { background: var(--tint); }
.choice.two strong { display: block; font-weight: 600; }
.choice.two small { font-size: 13px; color: var(--muted); }
.primary, .secondary, .danger { display: inline-flex; align-items: center; justify-content: center; gap: 6px; min-height: 44px; padding: 0 16px; border-radius: 6px; font-weight: 500; }
.primary { border: 0; background: var(--primary); color: var(--on-primary); }
.secondary { border: 1px solid var(--border); background: var(--surface); }
button.danger { border: 0; background: var(--danger); color: #fff; }
.link { min-height: 24px; padding: 0 2px; border: 0; background: none; color: var(--primary); text-decoration: underline; }
button.link.danger { background: none; color: var(--danger-fg); }
.problem { margin: 0; padding: 10px 12px; border-radius: 6px; background: var(--danger-tint); color: var(--danger-fg); font-size: 13px; text-align: start; }
.log { flex: 1; overflow: auto; padding: 16px; overscroll-behavior: contain; }
.log:focus-visible { outline-offset: -2px; }
.note { margin: 0 0 16px; color: var(--muted); font-size: 13px; text-align: center; }
.log li { display: flex; flex-direction: column; align-items: flex-start; margin-bottom: 10px; }
.log li.mine { align-items: flex-end; }
.log li.event { align-items: center; color: var(--muted); font-size: 12px; }
.sender, .receipt { margin: 0 4px 2px; color: var(--muted); font-size: 12px; font-variant-numeric: tabular-nums; }
.receipt { margin: 2px 4px 0; }
.receipt.failed { color: var(--danger-fg); }
.bubble { max-width: 84%; margin: 0; padding: 8px 12px; border: 1px solid var(--line); border-radius: 10px; background: var(--surface); white-space: pre-wrap; overflow-wrap: anywhere; }
.mine .bubble { background: var(--tint); border-color: transparent; }
.bubble.media { padding: 6px; }
.bubble.media p { margin: 4px 4px 0; font-size: 12px; color: var(--muted); }
.bubble a { color: var(--primary); }
.mine .bubble.media p { color: var(--fg); }
img, video { display: block; max-width: 100%; max-height: 240px; width: auto; height: auto; min-height: 40px; border-radius: 6px; background: var(--line); }
.typing { min-height: 22px; margin: 0; padding: 0 16px; color: var(--muted); font-size: 12px; }
.composer, .over { padding: 8px 12px 6px; background: var(--surface); border-top: 1px solid var(--line); }
.composer.over-drop { outline: 2px dashed var(--primary); outline-offset: -4px; }
.write { display: flex; align-items: flex-end; gap: 6px; }
textarea { flex: 1; min-height: 44px; max-height: 132px; padding: 10px 12px; border: 1px solid var(--border); border-radius: 6px; background: var(--raised);
  line-height: 1.5; resize: none; field-sizing: content; }
textarea:focus-visible { outline-offset: -1px; }
textarea::placeholder { color: var(--muted); opacity: 1; }
.round { width: 44px; padding: 0; }
.sending, .ending { margin: 4px 0; font-size: 12px; color: var(--muted); }
.ending { text-align: end; }
.composer .problem { margin-bottom: 8px; }
.over { display: grid; gap: 8px; padding: 12px 16px 16px; }
.over p { margin: 0; text-align: center; }
.disc { display: grid; place-items: center; width: 72px; height: 72px; border-radius: 50%; background: var(--tint); color: var(--primary); }
.disc .icon { width: 32px; height: 32px; }
.state { font-size: 16px; font-weight: 600; }
.elapsed { font-size: 20px; font-variant-numeric: tabular-nums; }
.controls { display: flex; flex-wrap: wrap; justify-content: center; gap: 8px; }
.keys { display: grid; grid-template-columns: repeat(3, 56px); gap: 8px; }
.keys button { padding: 0; font-size: 16px; font-variant-numeric: tabular-nums; }
@media (prefers-reduced-motion: no-preference) { .panel { animation: rise .14s ease-out; } @keyframes rise { from { opacity: 0; transform: translateY(8px); } } }
@media (forced-colors: active) { .launcher, .primary, .bubble { border: 1px solid; } }
`;
