-- What pandoc cannot know of the book's Markdown:
--
--  - links between pages lead to the pages of the book, and nowhere else inside
--    the repository: the book must work away from it;
--  - a trace or output is headed by the command it comes from;
--  - the page's title is the template's, and the anchors of steps stand before their
--    heading: in it they would be in the table of contents as well;
--  - the step numbers in a trace are links to the steps' anchors;
--  - <!-- player: NAME STEP --> becomes a player of that recording, opened at that step;
--  - an SVG figure becomes part of the page, and takes its colours.

local function file_name(page)
  local chapter = page:match('^walkthrough/(%d%d)%-')
  if chapter then
    return tostring(tonumber(chapter)) .. '.html'
  end
  return page == 'README.md' and 'index.html' or 'notes.html'
end

local directory, chapters, targets = '', {}, {}

local function read_meta(meta)
  local page = pandoc.utils.stringify(meta.page)
  directory = page:match('^(.*/)') or ''
  for p in pandoc.utils.stringify(meta.pages):gmatch('%S+') do
    targets[p] = file_name(p)
    chapters[file_name(p)] = true
  end
end

local function link(el)
  if el.target:match('^%a+:') or el.target:match('^#') then
    return nil
  end
  local path, fragment = el.target:match('^([^#]*)(.*)$')
  path = (directory .. path):gsub('[^/]+/%.%./', '')
  if not targets[path] then
    error('the book has no page for the link to ' .. el.target)
  end
  el.target = targets[path] .. fragment
  return el
end

local function escape(s)
  return (s:gsub('[&<>]', { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;' }))
end

-- A figure stands alone in its paragraph.
local function figure(el)
  local image = #el.content == 1 and el.content[1]
  if not image or image.t ~= 'Image' then
    return nil
  end
  local file = assert(io.open(directory .. image.src))
  -- One page may have several: their ids would clash.
  local svg = file:read('a'):match('<svg.*</svg>'):gsub(' id="[^"]*"', '')
  file:close()
  local caption = escape(pandoc.utils.stringify(image.caption))
  return pandoc.RawBlock('html', '<figure>' .. svg .. '<figcaption>' .. caption .. '</figcaption></figure>')
end

local function trace(text)
  local lines = {}
  for line in (text .. '\n'):gmatch('(.-)\n') do
    local head, step, tail = line:match('^(.-[gT]%d+ m?%d* +)(%d+%.%d+)( .*)$')
    if not step then
      head, step, tail = line:match('^( +[✓✗]+ )(%d+%.%d+)( .*)$')
    end
    local page = step and step:match('^%d+') .. '.html'
    if step and chapters[page] then
      line = escape(head) .. '<a href="' .. page .. '#' .. step .. '">' .. step .. '</a>' .. escape(tail)
    else
      line = escape(line)
    end
    table.insert(lines, line)
  end
  return pandoc.RawBlock('html', '<pre class="text"><code>' .. table.concat(lines, '\n') .. '</code></pre>')
end

-- A narrow screen and paper have the link only.
local function player(name, step)
  local url = 'player/' .. name .. '.html?book#' .. step
  return pandoc.RawBlock('html', '<figure class="player"><iframe src="' .. url .. '" title="The run ' .. name ..
    ', from step ' .. step .. ' on" loading="lazy" allow="fullscreen"></iframe><figcaption><a href="' .. url ..
    '">Step through the run ' .. name .. ', from step ' .. step .. ' on</a><span>: click into it, then the arrow keys' ..
    ' go on and back, and <kbd>?</kbd> explains the marks.</span></figcaption></figure>')
end

-- The comment before a fence, and what stands in the fence; players.
local function blocks(list)
  local out = pandoc.List()
  for _, el in ipairs(list) do
    if el.t == 'RawBlock' and el.text:match('^<!%-%-') then
      local kind, command = el.text:match('^<!%-%- (%a+)[^:]*: (.*) %-%->')
      if kind == 'trace' or kind == 'output' then
        out:insert(pandoc.RawBlock('html', '<p class="command">' .. escape(command) .. '</p>'))
      elseif kind == 'player' then
        out:insert(player(command:match('^(%g+) (%d+%.%d+)$')))
      end
    elseif el.t == 'CodeBlock' and el.classes[1] == 'text' then
      out:insert(trace(el.text))
    else
      if el.t == 'CodeBlock' and el.classes[1] == 'asm' then
        el.classes[1] = 'gnuassembler'
      end
      out:insert(el)
    end
  end
  return out
end

local function heading(el)
  if el.level == 1 then
    return {}
  end
  local out = pandoc.List()
  el.content = el.content:filter(function(inline)
    if inline.t ~= 'RawInline' then
      return true
    elseif inline.text:match(' id=') then
      out:insert(pandoc.RawBlock('html', inline.text .. '</a>'))
    end
    return false
  end)
  out:insert(el)
  return out
end

local function wide(el)
  return pandoc.Div(el, pandoc.Attr('', { 'wide' }))
end

return { { Meta = read_meta }, { Link = link, Para = figure, Blocks = blocks, Header = heading, Table = wide } }
