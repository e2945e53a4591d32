import { start } from '$shared/lib/start';
import Home from './Home.svelte';

start(Home);
