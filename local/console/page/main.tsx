import { render } from 'preact';
import { App } from './app.js';
import { startRoute } from './route.js';
import { start } from './state.js';

startRoute();
start();
const place = document.getElementById('page');
if (place) render(<App />, place);
