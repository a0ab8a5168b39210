// Applies the stored colour scheme before the first paint; the console changes it later.
try {
  const theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden here: the system's colour scheme applies.
}
