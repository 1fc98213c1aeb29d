// Starts the page.
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { UploadPage } from './upload-page.tsx'

const place = document.getElementById('page')
if (place === null) throw new Error('index.html has no #page')
createRoot(place).render(
  <StrictMode>
    <UploadPage />
  </StrictMode>,
)
