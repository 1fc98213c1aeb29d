// The page's beginning: its colours, then all of it.
import { render } from 'preact'
import { App } from './app.tsx'
import { applyTheme } from './parts/theme.tsx'
import './style/ground.css'
import './style/controls.css'
import './style/frame.css'
import './style/grid.css'
import './style/panel.css'
import './style/uploads.css'
import './style/projects.css'

applyTheme()
const page = document.getElementById('page')
if (page) render(<App />, page)
