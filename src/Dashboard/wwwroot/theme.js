// Runs before the page is drawn, so that a chosen theme never flashes. No module: modules wait for the page.
(() => {
  const key = 'cluster-theme';
  const root = document.documentElement;
  const themes = { auto: 'Theme: as the system', light: 'Theme: light', dark: 'Theme: dark' };
  const read = () => { try { return localStorage.getItem(key) ?? 'auto'; } catch { return 'auto'; } };
  const apply = theme => {
    if (theme === 'auto') delete root.dataset.theme; else root.dataset.theme = theme;
    for (const button of document.querySelectorAll('[data-theme-toggle]')) {
      button.textContent = { auto: '◐', light: '☀', dark: '☾' }[theme] ?? '◐';
      button.title = themes[theme] ?? themes.auto;
      button.setAttribute('aria-label', button.title);
    }
    window.dispatchEvent(new Event('themechange'));
  };
  let theme = read();
  apply(theme);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => window.dispatchEvent(new Event('themechange')));
  document.addEventListener('DOMContentLoaded', () => {
    apply(theme);
    for (const button of document.querySelectorAll('[data-theme-toggle]')) {
      button.addEventListener('click', () => {
        const names = Object.keys(themes);
        theme = names[(names.indexOf(theme) + 1) % names.length];
        try { localStorage.setItem(key, theme); } catch { /* Storage may be blocked: the choice then lasts for this page. */ }
        apply(theme);
      });
    }
  });
})();
