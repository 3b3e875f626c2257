package main

import "rexian/lang/diag"

// lineHelps are the help texts of the commands that have to do with telephone lines.
var lineHelps = map[string]diag.Text{
	"serve":              {Zh: "接听真实的电话，运行流程", En: "answer real telephone calls and run the flows"},
	"serve_config":       {Zh: "配置文件，缺省是当前文件夹的 rexian.toml（没有则用缺省值）", En: "the configuration; rexian.toml in this folder unless given, and defaults where there is none"},
	"serve_print":        {Zh: "输出一份带说明的配置文件", En: "print a configuration with every key explained"},
	"serve_flows":        {Zh: "流程文件夹或 .rxb 程序包", En: "the folder of the flows, or a .rxb bundle"},
	"serve_sip":          {Zh: "电话监听地址，可以重复", En: "an address to take calls on; may be repeated"},
	"serve_media":        {Zh: "收发语音的地址", En: "the address to send and receive sound on"},
	"serve_http":         {Zh: "管理接口的地址，空为不开", En: "the address of the administration; empty for none"},
	"serve_data":         {Zh: "数据文件夹", En: "the data folder"},
	"serve_db":           {Zh: "数据库：sqlite:路径 或 postgres://…", En: "the database: sqlite:PATH or postgres://…"},
	"serve_demo":         {Zh: "空库时装入演示数据", En: "load demonstration data into an empty database"},
	"serve_log":          {Zh: "日志格式：auto、text、json", En: "the format of the log: auto, text or json"},
	"serve_drain":        {Zh: "停止时最多等多少秒让通话结束", En: "how long to wait for running calls when stopping"},
	"serve_call":         {Zh: "启动后从这个终端拨打一个接入号，挂机后继续服务；日志写进数据文件夹", En: "call a number from this terminal at once, and go on serving when the call ends; the log goes into the data folder"},
	"test_over":          {Zh: "sip：用真实的电话来测，按键是 RTP 事件，听到的话从声音里认出；写地址则拨打那里的服务器", En: "sip: play the tests as real calls, keys as RTP events and words recognised in the sound; with an address, against the server there"},
	"test_clock":         {Zh: "服务器允许测试设定时间（http.allow_tests）", En: "the server lets tests set the clock (http.allow_tests)"},
	"test_longest":       {Zh: "--over sip：通话比这更长的测试不测", En: "with --over sip: leave out tests whose calls are longer"},
	"test_where":         {Zh: "程序的文件夹；--over sip 时也可写服务器地址", En: "the program's folder; with --over sip also a server's address"},
	"phone":              {Zh: "终端里的电话：真实的 SIP 通话", En: "a telephone in the terminal: a real SIP call"},
	"phone_flows":        {Zh: "流程文件夹：用其中的声音认出听到的话", En: "the folder of the flows: what is heard is recognised by the sounds in it"},
	"phone_save":         {Zh: "把通话存为 WAV，左声道是听到的", En: "save the call as a WAV, what was heard on the left"},
	"phone_user":         {Zh: "对方要求认证时的用户名；密码取自环境变量 REXIAN_PHONE_PASSWORD", En: "the user for a server that asks; the password is read from REXIAN_PHONE_PASSWORD"},
	"phone_listen":       {Zh: "本机收发语音的地址，缺省 127.0.0.1", En: "this machine's address for sound; 127.0.0.1 unless given"},
	"phone_target":       {Zh: "拨打的地址，如 sip:12366@127.0.0.1:5060", En: "the address to call, such as sip:12366@127.0.0.1:5060"},
	"prompts":            {Zh: "提示语和它们的声音", En: "the words that are spoken, and their sound"},
	"prompts_list":       {Zh: "列出流程里所有要说的话；前面有 - 的还没有声音", En: "list all that the flows say; what has no sound yet is marked -"},
	"prompts_render":     {Zh: "用合成引擎生成还没有声音的话", En: "render what has no sound yet"},
	"prompts_lang":       {Zh: "只列这个语种，如 zh、en", En: "only this language, such as zh or en"},
	"prompts_missing":    {Zh: "只列没有声音的", En: "only those without sound"},
	"prompts_voice":      {Zh: "合成引擎：espeak-ng、http", En: "the engine: espeak-ng or http"},
	"prompts_url":        {Zh: "http 引擎的地址；口令取自环境变量 REXIAN_VOICE_TOKEN", En: "the address of the http engine; its token is read from REXIAN_VOICE_TOKEN"},
	"prompts_characters": {Zh: "也生成常用汉字和字母，使任何名称都读得出来", En: "render the common Chinese characters and letters too, so that any name can be spoken"},
	"prompts_output":     {Zh: "声音放在哪个文件夹；缺省是流程的 语音 文件夹", En: "the folder for the sound; 语音 or voice within the flows unless given"},
}
