package proof

import (
	"cmp"
	"fmt"
	"html/template"
	"strings"
	"time"
)

// bundleFacts are what the page of a bundle says.
type bundleFacts struct {
	Lead     string
	Leaves   uint64
	Root     string
	Keys     []string
	Made     time.Time
	Facts    []bundleFact
	Pictures []bundlePicture
	Stamps   []string
}

type bundleFact struct {
	File   string
	At     time.Time
	Stream string
	What   string
}

// words are what a bundle's page says of states, of what people do, and of reasons.
var words = map[string]string{
	"candidate": "待审", "checked": "技术审核通过", "confirmed": "已确认", "rejected": "已排除", "handed-over": "已移交", "accepted": "已立案", "returned": "已退回", "closed": "已结案", "received": "已收到",
	"check": "技术审核通过", "confirm": "确认", "reject": "排除", "undo": "撤销", "merge": "合并", "split": "拆分", "lift": "解除抑制", "second": "复核",
	"no-violation": "不构成违法", "wrong-thing": "识别错误", "permitted": "有许可", "unclear": "画面不清", "wrong-place": "位置有误", "dealt-with": "已处置", "other": "其他", "gone": "已消失", "merged": "已合并", "permit": "有许可",
	"harrier": "系统", "cases": "办案系统", "LEADS": "线索", "SIMLEADS": "模拟线索", "REVIEWS": "决定", "FEEDBACK": "答复", "ACCESS": "查阅",
}

func inChinese(word string) string { return cmp.Or(words[word], word) }

// chinese says in Chinese what a leaf records.
func (x Leaf) chinese() string {
	f := x.read()
	said := func(parts ...string) string { // pairs of what it is called, and what it is; those that are empty are left out
		var out []string
		for i := 0; i < len(parts); i += 2 {
			if parts[i+1] != "" {
				out = append(out, parts[i]+parts[i+1])
			}
		}
		return strings.Join(out, "，")
	}
	switch x.Stream {
	case "REVIEWS":
		return "人工决定：" + said("", inChinese(f.Do), "结论 ", inChinese(f.Verdict), "决定人 ", f.By, "理由 ", inChinese(f.Reason), "备注 ", f.Note)
	case "FEEDBACK":
		return "办案系统答复：" + said("", inChinese(f.State), "案件编号 ", f.Case, "说明 ", f.Reason, "备注 ", f.Note)
	case "ACCESS":
		return "查阅原始画面：" + said("查阅人 ", f.By, "理由 ", f.Reason)
	}
	text := fmt.Sprintf("线索第 %d 版：%s", f.Data.Revision, inChinese(f.Data.State))
	if d := f.Data.Deleted; d != nil {
		return text + "，画面已按保存期限删除，理由 " + d.Reason + "；其哈希值仍在记录中"
	}
	if n := len(f.Data.Steps); n > 0 && f.Data.Steps[n-1].Revision == f.Data.Revision {
		s := f.Data.Steps[n-1]
		text += "，" + said("由 ", inChinese(s.By), "理由 ", inChinese(s.Reason), "备注 ", s.Note)
	}
	return text
}

type bundlePicture struct{ File, What, SHA256 string }

var bundleTemplate = template.Must(template.New("").Funcs(template.FuncMap{
	"zh": func(what string) string {
		return map[string]string{"original": "原始画面（含人脸、车牌）", "clip": "前后十秒视频（含人脸、车牌）", "frame": "证据画面（已遮蔽人脸、车牌）", "crop": "局部"}[what]
	},
	"time": func(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05 -07:00") },
}).Parse(`<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>证据包 {{.Lead}}</title>
<style>body{font:15px/1.6 "Noto Sans SC",sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:2px 8px;text-align:left;vertical-align:top}img{max-width:28em;display:block}code{word-break:break-all}</style>
<h1>证据包</h1>
<p>线索编号 <code>{{.Lead}}</code>，制作于 {{time .Made}}。</p>
<h2>各部分证明什么</h2>
<table>
<tr><th>文件</th><th>内容</th><th>证明</th></tr>
<tr><td>leaves/*.json</td><td>该线索每一次变更和每一项人工决定的原始记录</td><td>当时记录了什么、由谁、何时、为何</td></tr>
<tr><td>leaves/*.tlog-proof</td><td>包含证明（c2sp.org/tlog-proof）</td><td>该记录确在日志之中，且未被改动：改动任何一个字节，证明即不成立</td></tr>
<tr><td>checkpoint</td><td>签名的日志头：共 {{.Leaves}} 条记录，根哈希 <code>{{.Root}}</code></td><td>日志当时的全部内容；事后删除、插入或改动任何记录，都会得到另一个根哈希</td></tr>
<tr><td>keys</td><td>公钥（Ed25519）</td><td>日志头由谁签名。请与执法机关公布的公钥核对</td></tr>
<tr><td>pictures/*</td><td>画面和视频，以其 SHA-256 命名</td><td>与记录中写明的是同一画面，未经改动</td></tr>
{{if .Stamps}}<tr><td>days/*</td><td>每日日志头及可信时间戳（RFC 3161）</td><td>时间戳机构证明该日志头在所示时间之前已经存在</td></tr>{{end}}
</table>
<h2>如何验证</h2>
<p><code>harrier evidence verify --bundle 本文件.zip</code>，无需联网。也可用任何支持 C2SP tlog-checkpoint、tlog-proof 的工具验证日志头和包含证明，用 <code>sha256sum</code> 核对画面，用 <code>openssl ts -verify</code> 核对时间戳。</p>
<h2>签名公钥</h2>{{range .Keys}}<p><code>{{.}}</code></p>{{end}}
<h2>记录</h2>
<table><tr><th>时间</th><th>来源</th><th>内容</th><th>文件</th></tr>
{{range .Facts}}<tr><td>{{time .At}}</td><td>{{.Stream}}</td><td>{{.What}}</td><td><a href="{{.File}}">{{.File}}</a></td></tr>{{end}}</table>
<h2>画面</h2>
{{range .Pictures}}<figure>{{if eq .What "clip"}}<video src="{{.File}}" controls width="448"></video>{{else}}<img src="{{.File}}" alt="{{zh .What}}">{{end}}<figcaption>{{zh .What}}，SHA-256 <code>{{.SHA256}}</code></figcaption></figure>{{end}}
</html>
`))
