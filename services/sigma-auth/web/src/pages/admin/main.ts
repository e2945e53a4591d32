import { start } from '../../lib/start';
import '../../styles/developers.css';
import '../../styles/admin.css';
import Admin from './Admin.svelte';

start(Admin);
